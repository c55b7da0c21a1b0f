import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { it } from 'vitest';

it('the types are those of the committed OpenAPI document', () => {
  execFileSync(process.execPath, [join(import.meta.dirname, '../scripts/generate-api.mjs'), '--check'], { stdio: 'pipe' });
}, 60_000);
