// Loaded into the service's process before its own program (`node --import`): the same front (server, guards, pipes, the
// same class of body, an answer of the same shape) with a route that posts through PostgreSQL in place of the ledger.

// The engine, a process of its own, is started with the same options.
if (process.argv[1]?.endsWith('dist/main.js') === true) {
  const { servicePart } = await import('./service-parts.js');
  const { SqlDeposits } = await import('./deposits.js');
  const { AppModule } = await servicePart('app.module.js');
  const register = AppModule.register.bind(AppModule);
  AppModule.register = (options) => ({ ...register(options), controllers: [SqlDeposits] });
}
