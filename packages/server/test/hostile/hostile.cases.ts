import { authorisationCases } from './cases/authorisation.cases.js';
import { cookieCases } from './cases/cookie.cases.js';
import { defaultCases } from './cases/default.cases.js';
import { floodCases } from './cases/flood.cases.js';
import { frameCases } from './cases/frame.cases.js';
import { handshakeCases } from './cases/handshake.cases.js';
import { httpParserCases } from './cases/http-parser.cases.js';
import { injectionCases } from './cases/injection.cases.js';
import { jsonCases } from './cases/json.cases.js';
import { logCases } from './cases/log.cases.js';
import { outputCases } from './cases/output.cases.js';
import { packetCases } from './cases/packet.cases.js';
import { passwordCases } from './cases/password.cases.js';
import { resourceCases } from './cases/resource.cases.js';
import { sweepCases } from './cases/sweep.cases.js';
import { tokenCases } from './cases/token.cases.js';
import type { HostileCase } from './hostile.case.js';

/** Every case, in the order in which they run. */
export const hostileCases: readonly HostileCase[] = [
  ...passwordCases,
  ...tokenCases,
  ...cookieCases,
  ...handshakeCases,
  ...frameCases,
  ...httpParserCases,
  ...packetCases,
  ...jsonCases,
  ...injectionCases,
  ...logCases,
  ...authorisationCases,
  ...sweepCases,
  ...outputCases,
  ...resourceCases,
  ...floodCases,
  ...defaultCases,
];
