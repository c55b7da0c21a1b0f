const firstMs = 400;
const mostMs = 5_000;

/**
 * How long to wait before the next attempt: doubles up to five seconds, with half of it at random, so that the consoles of a
 * street do not all knock in the same instant when the server is back.
 */
export function reconnectDelayMs(failures: number, random: number): number {
  const ceiling = Math.min(mostMs, firstMs * 2 ** Math.min(failures, 10));
  return Math.round(ceiling / 2 + (random * ceiling) / 2);
}
