import { $, cell, count, fill, ms, text, write } from '/console/view.js';

const COLD = {
  first: 'first call of its function', all_busy: 'all its containers were busy', evicted: 'its container was evicted for another',
  expired: 'its container had been idle for too long', cleared: 'an operator had removed its container',
  ended: 'its container had ended by itself', launch_failed: 'the one before did not come up',
};
const REFUSED = {
  no_room: 'no room', deadline: 'deadline passed in the queue', waiters_full: 'too many calls wait', draining: 'the node is draining',
  too_big: 'bigger than the node', slot_lost: 'its slots had gone', not_here: 'nothing without waiting; asked elsewhere',
  registry_silent: 'the slot registry did not answer', engine_gone: 'the container engine does not answer',
  launch_failed: 'its container did not come up', asker_lost: 'the node it came from was lost',
};
let began = null;

const sum = (counts) => Object.values(counts).reduce((all, one) => all + one, 0);

// What has happened between two looks at the node: calls that took how long, and cold starts and refusals a second.
export function between(before, now, seconds) {
  const counted = new Map(before.took.map((one) => [one.underMicros, one.calls]));
  const took = now.took.map((one) => ({ ...one, calls: one.calls - (counted.get(one.underMicros) ?? 0) }));
  return {
    half: quantile(took, 0.5),
    most: quantile(took, 0.99),
    cold: Math.max(0, sum(now.coldStarts) - sum(before.coldStarts)) / seconds,
    refused: Math.max(0, sum(now.refusals) - sum(before.refusals)) / seconds,
  };
}

// In milliseconds; null if there was no call.
function quantile(took, share) {
  const calls = took.reduce((all, one) => all + one.calls, 0);
  let left = calls * share;
  for (const one of took) {
    left -= one.calls;
    if (one.calls > 0 && left <= 0) return one.underMicros / 1000;
  }
  return null;
}

export function showLatency(since) {
  text('latency', since.half == null ? '–' : `${ms(since.half)} · ${ms(since.most)}`);
}

export function showReasons(node) {
  if (began?.incarnation !== node.incarnation) began = node;
  const rows = [...told('cold', COLD, 'coldStarts', node), ...told('refused', REFUSED, 'refusals', node)];
  fill($('reasons-rows'), rows, (row) => row.said, () => {
    const line = document.createElement('tr');
    line.append(cell(''), cell('', 'number'), cell('', 'number'));
    return line;
  }, (line, row) => [row.said, count(row.now), count(row.all)].forEach((value, i) => write(line.cells[i], value)));
  text('reasons-note', rows.length === 0 ? 'Nothing: no call had to wait for a start, and none was refused.' : '');
}

function told(kind, words, counts, node) {
  return Object.entries(node[counts])
    .sort((one, other) => other[1] - one[1])
    .map(([reason, all]) => ({
      said: `${kind}: ${words[reason] ?? reason.replaceAll('_', ' ')}`, all, now: Math.max(0, all - (began[counts][reason] ?? 0)) }));
}
