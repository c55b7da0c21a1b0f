// Writes src/api/schema.d.ts from the duty room's OpenAPI document; with --check only says whether it is up to date.
import { readFile, writeFile } from 'node:fs/promises';
import openapiTS, { astToString } from 'openapi-typescript';

const source = new URL('../../SmartCourtyard.DutyRoom/openapi.json', import.meta.url);
const target = new URL('../src/api/schema.d.ts', import.meta.url);

const document = JSON.parse(await readFile(source, 'utf8'));
const banner = '// Generated from src/SmartCourtyard.DutyRoom/openapi.json by `npm run generate:api`. Do not edit.\n\n';
const text = banner + astToString(await openapiTS(document));

if (process.argv.includes('--check')) {
  const committed = await readFile(target, 'utf8').catch(() => '');
  if (committed !== text) {
    console.error('src/api/schema.d.ts does not match openapi.json: run `npm run generate:api` and commit the result.');
    process.exit(1);
  }
  console.log('src/api/schema.d.ts matches openapi.json.');
} else {
  await writeFile(target, text);
}
