import { $, cell, count, cpus, gib, ms, name, text } from '/console/view.js';
import { Charts } from '/console/charts.js';
import { drawSlots } from '/console/slots.js';

const MOST_ROWS = 50;
const COLUMNS = ['busy', 'idle', 'frozen', 'starting', 'waiting'];
const charts = new Charts();
let token = sessionStorage.getItem('token') ?? '';
let sort = 'busy';
let last = null;
let previous = null;
let settings = [];

const headers = () => (token ? { Authorization: 'Bearer ' + token } : {});

// ---- the stream: EventSource can neither send a token nor tell why it failed

async function listen() {
  for (;;) {
    let why = 'connection lost';
    try {
      const answer = await fetch('/api/stream', { headers: headers(), cache: 'no-store' });
      if (answer.status === 401 || answer.status === 403 || answer.status === 429) {
        await signIn((await answer.json()).message);
        continue;
      }
      if (answer.ok) await read(answer.body.getReader());
      else why = (await answer.json()).message ?? why;
    } catch (gone) {
      // What is wrong with a connection the browser does not tell.
    }
    lost(why);
    await new Promise((later) => setTimeout(later, document.hidden ? 10_000 : 2_000));
  }
}

async function read(reader) {
  const decoder = new TextDecoder();
  let rest = '';
  for (;;) {
    const { value, done } = await reader.read();
    if (done) return;
    const events = (rest + decoder.decode(value, { stream: true })).split('\n\n');
    rest = events.pop();
    for (const event of events) {
      const data = /^data: (.*)$/m.exec(event);
      if (data && /^event: node$/m.test(event)) show(JSON.parse(data[1]));
      else if (/^event: silent$/m.test(event)) state('the slot registry does not answer', true);
    }
  }
}

function lost(why) {
  document.querySelector('main').classList.add('stale');
  $('state').className = 'wrong lost';
  text('state', why + (last ? ', as of ' + new Date(last.at).toLocaleTimeString() : ''));
  if (last) charts.gap(Date.now() / 1000);
  previous = null;
}

function signIn(message) {
  $('sign-in').hidden = false;
  text('sign-in-error', token ? message : '');
  $('token').focus();
  return new Promise((done) => {
    $('sign-in').onsubmit = (event) => {
      event.preventDefault();
      token = $('token').value;
      sessionStorage.setItem('token', token);
      $('sign-in').hidden = true;
      done();
    };
  });
}

// ---- what is shown

function show(now) {
  const node = now.node;
  document.querySelector('main').classList.remove('stale');
  text('node-id', name(node.id) + ' ' + node.version);
  const wrong = [];
  if (node.draining) wrong.push('draining');
  if (!node.engineAnswers) wrong.push('the container engine does not answer');
  state((wrong.join(', ') || 'ready') + ' · ' + node.engine + (node.isolated ? '' : ' · functions are not isolated'), wrong.length > 0);
  peers(now.peers);
  meter('memory', node.memoryUsedBytes, node.memoryTotalBytes, gib);
  meter('cpu', node.cpuUsedMillis, node.cpuTotalMillis, cpus);
  let rate = null;
  let refused = null;
  if (previous) {
    const seconds = Math.max(0.2, (now.at - previous.at) / 1000);
    const ended = node.callsHandled - previous.node.callsHandled;
    const gone = node.callsReceived - node.callsActive - (previous.node.callsReceived - previous.node.callsActive);
    rate = ended / seconds;
    refused = Math.max(0, gone - ended) / seconds;
  }
  text('rate', rate === null ? '–' : count(rate));
  text('refused', refused === null ? '–' : count(refused));
  text('active', count(node.callsActive));
  text('waiting', count(node.waiting));
  charts.add(now.at / 1000, rate, node.callsActive - node.waiting, node.waiting, node.containers);
  last = now;
  previous = now;
  rows();
  drawSlots(now.functions.rows);
}

function state(what, wrong) {
  $('state').className = wrong ? 'wrong' : '';
  text('state', what);
}

function meter(id, used, total, form) {
  const share = total > 0 ? used / total : 0;
  $(id).value = share;
  text(id + '-text', `${form(used)} of ${form(total)}`);
}

function peers(all) {
  $('peers').replaceChildren(...all.map((peer) => {
    const at = document.createElement('li');
    const well = peer.state === 'SELF' || peer.state === 'UP';
    at.textContent = (well && !peer.draining ? '● ' : '▲ ') + name(peer.id) + (well ? '' : ' ' + peer.state.toLowerCase())
      + (peer.draining ? ' draining' : '');
    return at;
  }));
}

function rows() {
  if (!last) return;
  const by = $('by').value;
  const page = last[by];
  const find = $('find').value.toLowerCase();
  const found = page.rows.filter((row) => !find || row.image.toLowerCase().includes(find) || (row.key ?? '').includes(find));
  found.sort((a, b) => (sort === 'image' ? a.image.localeCompare(b.image) : b[sort] - a[sort] || a.image.localeCompare(b.image)));
  $('rows').tBodies[0].replaceChildren(...found.slice(0, MOST_ROWS).map((row) => {
    const line = document.createElement('tr');
    if (row.waiting > 0) line.className = 'waiting';
    line.append(cell(name(row.image) + (row.key ? ' · ' + row.key.slice(0, 8) : '')),
      ...COLUMNS.map((column) => cell(count(row[column]), 'number')),
      cell(ms(row.serviceMillis), 'number'), cell(ms(row.startMillis), 'number'));
    return line;
  }));
  document.querySelectorAll('#rows th').forEach((head) => {
    if (head.firstChild.dataset.sort === sort) head.setAttribute('aria-sort', sort === 'image' ? 'ascending' : 'descending');
    else head.removeAttribute('aria-sort');
  });
  text('rows-note', page.total === 0
    ? 'No calls yet. Try: scripts/berth call berth/hello-java'
    : `${Math.min(found.length, MOST_ROWS)} of ${page.total}` + (found.length > MOST_ROWS ? '; find narrows them' : '')
      + (page.found > page.rows.length ? `. The busiest ${page.rows.length} are looked at; all are at /api/${by}.` : ''));
}

async function loadSettings() {
  if (!$('settings').open || settings.length > 0) return showSettings();
  const answer = await fetch('/api/settings?sort=key&limit=500', { headers: headers() });
  if (answer.ok) settings = (await answer.json()).rows;
  showSettings();
}

function showSettings() {
  const find = $('settings-find').value.toLowerCase();
  const changed = $('settings-changed').checked;
  $('settings-rows').replaceChildren(...settings
    .filter((one) => (!changed || !one.isDefault) && (!find || one.key.toLowerCase().includes(find)))
    .map((one) => {
      const line = document.createElement('tr');
      line.append(cell(one.key), cell(name(one.value)), cell(name(one.source)));
      return line;
    }));
}

// ---- what a person does

$('find').addEventListener('input', rows);
$('by').addEventListener('change', rows);
document.querySelectorAll('#rows th button').forEach((button) => button.addEventListener('click', () => {
  sort = button.dataset.sort;
  rows();
}));
$('settings').addEventListener('toggle', loadSettings);
$('settings-find').addEventListener('input', showSettings);
$('settings-changed').addEventListener('change', showSettings);
$('theme').addEventListener('click', () => {
  const dark = document.documentElement.dataset.theme
    ? document.documentElement.dataset.theme === 'dark'
    : matchMedia('(prefers-color-scheme: dark)').matches;
  document.documentElement.dataset.theme = dark ? 'light' : 'dark';
  charts.recolor();
  if (last) drawSlots(last.functions.rows);
});
window.addEventListener('resize', () => last && drawSlots(last.functions.rows));
document.addEventListener('keydown', (event) => {
  const typing = /^(INPUT|SELECT|TEXTAREA)$/.test(event.target.tagName);
  if (event.key === 'Escape' && typing) event.target.blur();
  if (typing || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.key === '/') {
    event.preventDefault();
    $('find').focus();
  } else if (event.key === 's') {
    $('settings').open = !$('settings').open;
    $('settings').querySelector('summary').focus();
  }
});

listen();
