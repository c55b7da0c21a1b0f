// Prints what each device definition of Zigbee2MQTT publishes, one model a line. Run by the test beside this folder.
import { createRequire } from 'node:module';
import { readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';

const require = createRequire(import.meta.url);
const { prepareDefinition } = require('zigbee-herdsman-converters');
const folder = join(dirname(require.resolve('zigbee-herdsman-converters')), 'devices');

const published = (exposes) => exposes.flatMap((e) => {
  if (e.features) return published(e.features);
  return (e.access & 1) === 1 ? [{ type: e.type, property: e.property, settable: (e.access & 2) === 2, on: e.value_on, off: e.value_off, values: e.values, unit: e.unit }] : [];
});

for (const file of readdirSync(folder).filter((name) => name.endsWith('.js')).sort()) {
  for (const raw of require(join(folder, file)).definitions ?? []) {
    const definition = prepareDefinition(raw);
    const exposes = typeof definition.exposes === 'function' ? definition.exposes({ isDummyDevice: true }, {}) : definition.exposes;
    console.log(JSON.stringify({ vendor: definition.vendor, model: definition.model, exposes: published(exposes) }));
  }
}
