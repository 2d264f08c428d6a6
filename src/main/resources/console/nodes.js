import { $, button, cell, count, cpus, fill, gib, name, text, write } from '/console/view.js';
import { ask } from '/console/http.js';
import { drawSlots } from '/console/slots.js';

const COUNTS = ['busy', 'idle', 'starting', 'waiting'];
const ALL = '*';
const MOST_ROWS = 50;

// Whose slots the map shows: those of this node, the sums of all, or those of one other, by its incarnation.
let chosen = '';
let last = null;
let other = null;
let asking = false;

// The nodes of the cluster, and the map of the slots of those that are chosen.
export function drawNodes(now) {
  last = now;
  head(now.peers);
  $('nodes').hidden = now.peers.length === 0;
  fill($('nodes-rows'), now.peers, (peer) => peer.incarnation, (peer) => {
    const line = document.createElement('tr');
    line.append(...Array.from({ length: 8 + COUNTS.length }, (_, i) => cell('', i < 4 ? '' : 'number')));
    line.cells[0].append(button(name(peer.id), 'slots of ' + name(peer.id), () => {
      choose(valueOf(peer));
      $('slots-of').scrollIntoView({ block: 'nearest' });
    }));
    return line;
  }, (line, peer) => {
    const known = peer.digestAgeMillis !== undefined;
    [peer.draining ? 'draining' : peer.state === 'SELF' ? 'this node' : peer.state.toLowerCase(), name(peer.address),
      name(peer.version), known ? gib(peer.freeMemoryBytes) : '–', known ? cpus(peer.freeCpuMillis) : '–',
      known ? count(peer.load * 100) + ' %' : '–', known ? count(peer.digestAgeMillis / 1000) + ' s ago' : '–',
      ...COUNTS.map((kind) => (peer.slots ? count(peer.slots[kind]) : '–')),
    ].forEach((value, i) => write(line.cells[i + 1], value));
  });
  choices(now.peers);
  drawChosen();
}

function head(peers) {
  $('peers').replaceChildren(...peers.map((peer) => {
    const at = document.createElement('li');
    const well = peer.state === 'SELF' || peer.state === 'UP';
    at.textContent = (well && !peer.draining ? '● ' : '▲ ') + name(peer.id) + (well ? '' : ' ' + peer.state.toLowerCase())
      + (peer.draining ? ' draining' : '');
    return at;
  }));
}

const valueOf = (peer) => (peer.state === 'SELF' ? '' : peer.incarnation);

// A node that goes is not looked at any more.
function choices(peers) {
  const wanted = [['', 'this node'], [ALL, 'all nodes'], ...peers.filter((peer) => peer.state !== 'SELF').map((peer) => [valueOf(peer), name(peer.id)])];
  if (!wanted.some(([value]) => value === chosen)) choose('');
  $('slots-which').hidden = peers.length === 0;
  const there = [...$('slots-of').options].map((option) => option.value + '\n' + option.text).join('\n');
  if (there === wanted.map(([value, shown]) => value + '\n' + shown).join('\n')) return;
  $('slots-of').replaceChildren(...wanted.map(([value, shown]) => new Option(shown, value)));
  $('slots-of').value = chosen;
}

function choose(which) {
  chosen = which;
  other = null;
  $('slots-of').value = which;
  if (last) drawChosen();
}

// Again in other colours or another width.
export function drawChosen() {
  if (!last) return;
  $('slots-table').hidden = chosen === '' || chosen === ALL;
  if (chosen === '') drawSlots(last.functions.rows);
  else if (chosen === ALL) drawSlots(last.peers.filter((peer) => peer.slots).map((peer) => squares(peer.slots, peer.id)), 'slots');
  else lookAtOther();
}

const squares = (counts, image) => ({ image, busy: counts.busy, idle: counts.idle, starting: counts.starting, frozen: 0 });
const shown = (queue) => queue.image ?? 'key ' + queue.key;

async function lookAtOther() {
  if (other) drawOther();
  if (asking) return;
  asking = true;
  const which = chosen;
  try {
    const { ok, told } = await ask('/api/peers?node=' + encodeURIComponent(which));
    if (ok && which === chosen) {
      other = told.peers[0] ?? { queues: [] };
      drawOther();
    }
  } catch (gone) {
    // The stream says so.
  } finally {
    asking = false;
  }
}

function drawOther() {
  const queues = other.queues ?? [];
  drawSlots(queues.map((queue) => squares(queue, shown(queue))), 'slots');
  fill($('slots-rows'), queues.slice(0, MOST_ROWS), (queue) => queue.key, () => {
    const line = document.createElement('tr');
    line.append(...Array.from({ length: 1 + COUNTS.length }, (_, i) => cell('', i < 1 ? '' : 'number')));
    return line;
  }, (line, queue) => {
    [name(shown(queue)), ...COUNTS.map((kind) => count(queue[kind]))].forEach((value, i) => write(line.cells[i], value));
  });
  const all = other.slots ? other.slots.queues : 0;
  text('slots-note', !other.slots ? 'Nothing is known of it yet.'
    : `${all} slot queues` + (all > MOST_ROWS ? `, the busiest ${Math.min(MOST_ROWS, queues.length)} in the table` : '')
      + ', as it has told this node; frozen containers are among the idle ones. Its containers: the console of that node.');
}

$('slots-of').addEventListener('change', () => choose($('slots-of').value));
