// `generate`: one line per packet that a broker may send: protocol version, hex, and what it says, as JSON.
// `parse`: reads lines of protocol version and hex from standard input, prints what each says, as JSON.
import { generate, parser } from 'mqtt-packet'
import { createInterface } from 'node:readline'

const text = n => 'x'.repeat(n)

function * packets (version) {
  const five = version === 5
  const properties = p => five ? { properties: p } : {}
  for (const length of [0, 1, 100, 127, 128, 16_383, 16_384, 70_000]) {
    for (const qos of [0, 1, 2]) {
      for (const retain of [false, true]) {
        yield { cmd: 'publish', topic: 'flat/3-1-301/烟感', payload: text(length), qos, retain, dup: qos > 0 && retain, ...(qos ? { messageId: 1 + length % 65_535 } : {}) }
      }
    }
  }
  if (five) {
    yield {
      cmd: 'publish', topic: 'flat/301', payload: 'hello', qos: 1, retain: false, dup: false, messageId: 65_535,
      properties: {
        payloadFormatIndicator: true, messageExpiryInterval: 4_321, topicAlias: 7, responseTopic: 'answer/here',
        correlationData: Buffer.from([1, 2, 3, 4]), userProperties: { place: '3-1-301', kind: ['smoke', 'heat'] },
        subscriptionIdentifier: 268_435_455, contentType: 'application/json'
      }
    }
  }
  for (const cmd of ['puback', 'pubrel']) {
    yield { cmd, messageId: 2 }
    if (five) yield { cmd, messageId: 65_535, reasonCode: cmd === 'puback' ? 16 : 146, properties: { reasonString: 'none', userProperties: { a: 'b' } } }
  }
  yield { cmd: 'suback', messageId: 42, granted: five ? [0, 1, 2, 128, 135] : [0, 1, 2, 128], ...properties({ reasonString: 'some', userProperties: { a: 'b' } }) }
  yield { cmd: 'pingresp' }
  yield {
    cmd: 'connack', sessionPresent: true, ...(five ? { reasonCode: 0 } : { returnCode: 0 }),
    ...properties({
      sessionExpiryInterval: 1_234, receiveMaximum: 432, maximumQoS: 1, retainAvailable: true, maximumPacketSize: 100_000, assignedClientIdentifier: 'c',
      topicAliasMaximum: 4, reasonString: 'welcome', wildcardSubscriptionAvailable: true, subscriptionIdentifiersAvailable: true,
      sharedSubscriptionAvailable: false, serverKeepAlive: 30, responseInformation: 'r', serverReference: 's', userProperties: { a: 'b' }
    })
  }
  yield { cmd: 'connack', sessionPresent: false, ...(five ? { reasonCode: 135 } : { returnCode: 5 }) }
  if (five) yield { cmd: 'disconnect', reasonCode: 142, properties: { reasonString: 'taken', serverReference: 's', userProperties: { a: 'b' } } }
}

if (process.argv[2] === 'generate') {
  for (const version of [4, 5]) {
    for (const packet of packets(version)) {
      const bytes = generate(packet, { protocolVersion: version })
      const { payload, ...says } = packet
      console.log(`${version} ${bytes.toString('hex')} ${JSON.stringify({ ...says, payloadLength: payload?.length })}`)
    }
  }
} else {
  for await (const line of createInterface({ input: process.stdin })) {
    const [version, hex] = line.split(' ')
    const reading = parser({ protocolVersion: Number(version) })
    reading.on('packet', packet => console.log(JSON.stringify({ ...packet, payload: packet.payload?.toString() })))
    reading.on('error', error => console.log(JSON.stringify({ error: error.message })))
    reading.parse(Buffer.from(hex, 'hex'))
  }
}
