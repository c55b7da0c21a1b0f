import { reactive } from 'vue';
import { postOnce } from '@/api/client';
import type { Command, CommandState, Gateway } from '@/api/types';
import { commands } from '@/live/dutyRoom';
import { say } from '@/shell/notices';

const reload = 'site.reload';

/** Gateways for which somebody here has asked and the server has not answered yet. */
export const asking = reactive(new Set<string>());

/** What became of the last reading of a gateway's site file that somebody asked for; ids grow with time. */
export function lastReading(gateway: Gateway, of: Iterable<Command> = commands.values()): Command | undefined {
  let last: Command | undefined;
  for (const command of of) {
    if (command.gateway === gateway.id && command.command === reload && (!last || command.at > last.at || (command.at === last.at && command.id > last.id))) {
      last = command;
    }
  }
  return last;
}

/** Nobody tells when a command's time is over: the console's clock does. */
export const stateAt = (command: Command, now: number): CommandState =>
  command.state === 'open' && now > Date.parse(command.answerBy) ? 'unanswered' : command.state;

export async function readAgain(gateway: Gateway): Promise<void> {
  if (asking.has(gateway.id)) {
    return;
  }
  asking.add(gateway.id);
  const outcome = await postOnce<Command>(`/api/v1/gateways/${encodeURIComponent(gateway.id)}/commands`, { command: reload });
  asking.delete(gateway.id);
  if (!outcome.ok) {
    say({ tone: 'error', what: 'siteFile.read', failure: outcome.failure });
  } else if (!commands.has(outcome.value.id)) {
    // The stream may have been quicker, and knows more.
    commands.set(outcome.value.id, outcome.value);
  }
}
