import { FOCUS_COLUMNS } from '#libs/database/queries';
import { z } from 'zod';
import { choice, figureRequest, version } from '../parameters/parameters.js';

export const Focus = figureRequest({
  format: choice(['csv'], 'FOCUS is CSV'),
  version: version('The frozen charges of closed months in this version, and no others; absent: what is stored now'),
});

const KINDS = {
  unknown: z.null(),
  usd: z.number().nullable(),
  text: z.string().nullable(),
  json: z.string().nullable(),
  name: z.string().nullable(),
};

/** docs/focus.md says what the columns hold. */
export const FocusRows = z.array(
  z.strictObject(Object.fromEntries(Object.entries(FOCUS_COLUMNS).map(([name, kind]) => [name, KINDS[kind]]))),
);
