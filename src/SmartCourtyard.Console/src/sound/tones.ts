import type { Sound } from './which';

interface Tone {
  fromHz: number;
  toHz: number;
  startS: number;
  lengthS: number;
  loudness: number;
}

const sampleRateHz = 16_000;

function repeat(count: number, everyS: number, tones: Tone[]): Tone[] {
  return Array.from({ length: count }, (_, i) => tones.map(tone => ({ ...tone, startS: tone.startS + i * everyS }))).flat();
}

const tone = (startS: number, lengthS: number, fromHz: number, toHz = fromHz, loudness = 0.8): Tone => ({ fromHz, toHz, startS, lengthS, loudness });

/** Life: a fast rising two-tone. Property: a slower pair. Lost: three falling notes. Chime: two soft ones. */
const scores: Record<Sound, { lengthS: number; tones: Tone[] }> = {
  life: { lengthS: 6, tones: repeat(12, 0.5, [tone(0, 0.22, 780, 980), tone(0.24, 0.22, 980, 1240)]) },
  property: { lengthS: 6, tones: repeat(3, 2, [tone(0, 0.35, 660, 660, 0.65), tone(0.45, 0.45, 520, 520, 0.65)]) },
  lost: { lengthS: 6, tones: repeat(2, 3, [tone(0, 0.3, 520, 500, 0.6), tone(0.38, 0.3, 400, 385, 0.6), tone(0.76, 0.55, 300, 270, 0.6)]) },
  chime: { lengthS: 2, tones: [tone(0, 0.5, 880, 880, 0.35), tone(0.25, 0.8, 1175, 1175, 0.3)] },
};

function samples(sound: Sound): Int16Array {
  const { lengthS, tones } = scores[sound];
  const pcm = new Float32Array(lengthS * sampleRateHz);
  for (const { fromHz, toHz, startS, lengthS: toneS, loudness } of tones) {
    const first = Math.round(startS * sampleRateHz);
    const count = Math.round(toneS * sampleRateHz);
    let phase = 0;
    for (let i = 0; i < count; i++) {
      const at = i / count;
      phase += (2 * Math.PI * (fromHz + (toHz - fromHz) * at)) / sampleRateHz;
      const edge = Math.min(1, i / 160, (count - i) / 480);
      // Overtones carry through small PC loudspeakers and to older ears, which lose the high notes first.
      const wave = Math.sin(phase) + 0.4 * Math.sin(2 * phase) + 0.25 * Math.sin(3 * phase);
      const at0 = first + i;
      pcm[at0] = (pcm[at0] ?? 0) + wave * edge * loudness * 0.6;
    }
  }
  return Int16Array.from(pcm, value => Math.max(-1, Math.min(1, value)) * 32_767);
}

/** A WAV file, made at run time: it is there when the server is not. */
export function wav(sound: Sound | 'silence'): Uint8Array<ArrayBuffer> {
  const pcm = sound === 'silence' ? new Int16Array(sampleRateHz / 10) : samples(sound);
  const file = new Uint8Array(44 + pcm.byteLength);
  const view = new DataView(file.buffer);
  const ascii = (at: number, text: string): void => [...text].forEach((c, i) => view.setUint8(at + i, c.charCodeAt(0)));
  ascii(0, 'RIFF');
  view.setUint32(4, 36 + pcm.byteLength, true);
  ascii(8, 'WAVEfmt ');
  view.setUint32(16, 16, true);
  view.setUint16(20, 1, true);
  view.setUint16(22, 1, true);
  view.setUint32(24, sampleRateHz, true);
  view.setUint32(28, sampleRateHz * 2, true);
  view.setUint16(32, 2, true);
  view.setUint16(34, 16, true);
  ascii(36, 'data');
  view.setUint32(40, pcm.byteLength, true);
  pcm.forEach((value, i) => view.setInt16(44 + i * 2, value, true));
  return file;
}

