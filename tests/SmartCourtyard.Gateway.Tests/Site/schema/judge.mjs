// Judges site files as an editor does: judge.mjs SCHEMA < names of files, one a line. Prints a JSON line a file.
import { readFileSync } from 'node:fs';
import Ajv2020 from 'ajv/dist/2020.js';
import { parseDocument } from 'yaml';

const schema = JSON.parse(readFileSync(process.argv[2], 'utf8'));
const judge = new Ajv2020({ strict: true, strictTypes: false, strictRequired: false, allErrors: true, allowUnionTypes: true }).compile(schema);
for (const file of readFileSync(0, 'utf8').split('\n').filter(Boolean)) {
  const document = parseDocument(readFileSync(file, 'utf8'), { version: '1.2', maxAliasCount: 1000 });
  let errors = [...document.errors, ...document.warnings].map(e => e.message);
  try {
    if (errors.length === 0) {
      judge(document.toJS());
      errors = (judge.errors ?? []).map(e => `${e.instancePath} ${e.message}`);
    }
  } catch (e) {
    errors = [e.message];
  }

  console.log(JSON.stringify({ file, errors }));
}
