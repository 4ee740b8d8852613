/**
 * Teaches httpyac the response variables of VS Code's REST Client, so that requests.http runs unchanged in both:
 * {{name.response.body.$.path}}, {{name.response.body.*}} and {{name.response.headers.Name}}.
 */
const RESPONSE_VARIABLE = /\{\{\s*(\w+)\.response\.(body|headers)\.([^}]+?)\s*\}\}/g;

/** Walks `$.a.b[0].c`, own properties only; undefined where the path ends early. */
function walk(value, path) {
  const steps = path.replace(/^\$\.?/, '').match(/[^.[\]]+/g) ?? [];
  return steps.reduce(
    (at, step) => (at !== null && typeof at === 'object' && Object.hasOwn(at, step) ? at[step] : undefined),
    value,
  );
}

function header(response, name) {
  const found = Object.entries(response.headers ?? {}).find(
    ([key]) => key.toLowerCase() === name.toLowerCase(),
  );
  return Array.isArray(found?.[1]) ? found[1][0] : found?.[1];
}

function lookUp(context, name, part, path) {
  const response = context.variables[`${name}Response`];
  if (!response) throw new Error(`requests.http: no response named ${name} yet`);
  if (part === 'headers') return header(response, path);
  return path === '*' ? response.body : walk(response.parsedBody, path);
}

function replaceResponseVariables(text, _type, context) {
  if (typeof text !== 'string') return text;
  return text.replace(RESPONSE_VARIABLE, (whole, name, part, path) => {
    const value = lookUp(context, name, part, path);
    if (value === undefined) throw new Error(`requests.http: ${whole} leads to nothing`);
    return typeof value === 'object' ? JSON.stringify(value) : String(value);
  });
}

module.exports = {
  configureHooks(api) {
    api.hooks.replaceVariable.addHook('restClientResponse', replaceResponseVariables, {
      before: ['name', 'host', 'javascript'],
    });
  },
};
