import { authorisationCases } from './cases/authorisation.cases.js';
import { tokenCases } from './cases/token.cases.js';
import type { HostileCase } from './hostile.case.js';

/** Every case, in the order in which they run. */
export const hostileCases: readonly HostileCase[] = [...tokenCases, ...authorisationCases];
