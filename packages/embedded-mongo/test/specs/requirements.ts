import { MONGODB_VERSION } from '../../src/version.js';
import type { Requirement, SpecCase, SpecFile } from './format.js';

/** Whether a case must run on a one-node replica set without users, client-side encryption or a proxy before it. */
export function mustRun(file: SpecFile, test: SpecCase): boolean {
  return test.skipReason === undefined && areMet(file.runOnRequirements) && areMet(test.runOnRequirements);
}

/** Whether one of the requirements is met, or there are none. */
export function areMet(requirements: readonly Requirement[] = []): boolean {
  return requirements.length === 0 || requirements.some(isMet);
}

function isMet(requirement: Requirement): boolean {
  return Object.entries(requirement).every(([name, value]) => {
    switch (name) {
      case 'minServerVersion':
        return compareVersions(MONGODB_VERSION, String(value)) >= 0;
      case 'maxServerVersion':
        return compareVersions(MONGODB_VERSION, String(value)) <= 0;
      case 'topologies':
        return (value as string[]).includes('replicaset');
      case 'serverless':
        return value !== 'require';
      case 'auth':
      case 'csfle':
        return value === false;
      default:
        throw new Error(`unknown requirement ${name}`);
    }
  });
}

function compareVersions(left: string, right: string): number {
  const a = numbersOf(left);
  const b = numbersOf(right);
  for (const [position, number] of a.entries()) {
    const difference = number - (b[position] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}

function numbersOf(version: string): [number, number, number] {
  const [major = 0, minor = 0, patch = 0] = version.split('.').map(Number);
  return [major, minor, patch];
}
