// Uses the console of a runner as a person does; then a console whose data is made up, for what no runner shows on demand.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { createServer } from 'node:http';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium } from 'playwright-core';

const [grpc, http] = process.argv.slice(2);
const SHOTS = 'target/console';
const profile = mkdtempSync(join(tmpdir(), 'console-'));
const browser = await chromium.launchPersistentContext(profile, {
  executablePath: '/usr/bin/chromium',
  headless: true,
  args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
    '--disable-component-update', '--disable-sync'],
});
const AXE = readFileSync(new URL('./node_modules/axe-core/axe.min.js', import.meta.url), 'utf8');
const PRINTS = 'read;stdout <b>seen%20in%20the%20console</b>%1b[2J%e2%80%ae;stderr <script>window.broken=1</script>;send ok';
let passed = 0;

async function page(url, options = {}) {
  const opened = await browser.newPage();
  const complaints = [];
  opened.on('console', (line) => line.type() === 'error' && complaints.push(line.text()));
  opened.on('pageerror', (error) => complaints.push(String(error)));
  await opened.setViewportSize(options.size ?? { width: 1280, height: 900 });
  await opened.emulateMedia({ colorScheme: options.scheme ?? 'light', forcedColors: options.forced ?? 'none' });
  await opened.goto(url);
  return { opened, complaints };
}

async function check(what, run) {
  try {
    await run();
    passed++;
    console.log(`ok   ${what}`);
  } catch (failure) {
    console.log(`FAIL ${what}\n${failure.stack}`);
    process.exitCode = 1;
  }
}

const call = (image) => {
  const made = spawnSync('scripts/berth', ['call', '--idle-timeout', '300', '--body', 'x', grpc, image], { encoding: 'utf8' });
  assert.equal(made.status, 0, made.stderr);
};
const has = (at, text) => at.waitForFunction((wanted) => document.body.innerText.includes(wanted), text, { timeout: 20_000 });

await check('an empty node says what to try, and no report of the content policy comes', async () => {
  const { opened, complaints } = await page(http + '/console/');
  await has(opened, 'No calls yet');
  await has(opened, 'ready');
  await opened.screenshot({ path: `${SHOTS}/empty.png`, fullPage: true });
  assert.deepEqual(complaints, []);
  await opened.close();
});

await check('the greeting leads a browser to the console', async () => {
  const { opened } = await page(http + '/');
  assert.equal(new URL(opened.url()).pathname, '/console/');
  await opened.close();
});

await check('calls show up by themselves: function, container, rate', async () => {
  const { opened, complaints } = await page(http + '/console/');
  await has(opened, 'No calls yet');
  call('berth/hello-java');
  call('berth/echo-node');
  await has(opened, 'berth/hello-java');
  await has(opened, 'berth/echo-node');
  await opened.waitForFunction(() => /^2 containers/.test(document.getElementById('slots').getAttribute('aria-label')));
  for (let i = 0; i < 3; i++) call('berth/echo-node');
  await has(opened, 'first call of its function');
  await opened.screenshot({ path: `${SHOTS}/calls.png`, fullPage: true });
  assert.deepEqual(complaints, []);
  await opened.close();
});

await check('why a call was slow is found from the page alone, by its id and from the list', async () => {
  const id = '01J0C0NS0TEST0000000000WHY';
  const made = spawnSync('scripts/berth', ['call', '--call-id', id, '--config', 'A=why', '--idle-timeout', '300', '--body', 'x', grpc, 'berth/echo-node'], { encoding: 'utf8' });
  assert.equal(made.status, 0, made.stderr);
  const { opened, complaints } = await page(http + '/console/');
  await opened.waitForFunction((wanted) => document.getElementById('calls').innerText.includes(wanted), id);
  await opened.keyboard.press('w');
  await opened.keyboard.type(id);
  await opened.keyboard.press('Enter');
  await opened.waitForFunction(() => document.getElementById('why-text').innerText.includes('container had to be started'));
  await opened.screenshot({ path: `${SHOTS}/why.png`, fullPage: true });
  await opened.click('#why-close');
  await opened.click('#calls button');
  await opened.waitForFunction(() => !document.getElementById('why').hidden);
  await opened.fill('#why-id', '<b>nobody</b>');
  await opened.keyboard.press('Enter');
  await opened.waitForFunction(() => document.getElementById('why-text').innerText.startsWith('<b>nobody</b>: '));
  assert.deepEqual(complaints.filter((line) => !line.includes('404')), []);
  await opened.close();
});

await check('what functions print is shown as it is printed, of one of them if wanted', async () => {
  const { opened, complaints } = await page(http + '/console/');
  await has(opened, 'ready');
  await opened.keyboard.press('o');
  await opened.fill('#output-of', 'berth/test-fn');
  await opened.click('#output-form button');
  spawnSync('scripts/berth', ['call', '--idle-timeout', '300', '-H', 'X-Do: ' + PRINTS, '--body', 'x', grpc, 'berth/test-fn'], { encoding: 'utf8' });
  await opened.waitForFunction(() => document.getElementById('output-lines').innerText.includes('seen in the console'));
  assert.equal(await opened.evaluate(() => window.broken), undefined);
  assert.match(await opened.innerText('#output-lines'), /berth\/test-fn .{6} \| <b>seen in the console<\/b>·\[2J·/);
  await opened.screenshot({ path: `${SHOTS}/output.png` });
  assert.deepEqual(complaints, []);
  await opened.close();
});

await check('a function is evicted and the log level set: each asked twice, by keyboard too', async () => {
  const { opened, complaints } = await page(http + '/console/');
  await has(opened, 'berth/test-fn');
  await opened.keyboard.press('/');
  await opened.keyboard.type('test-fn');
  await opened.waitForFunction(() => document.querySelectorAll('#rows tbody tr').length === 1);
  await opened.focus('#rows tbody button');
  await opened.keyboard.press('Enter');
  await opened.waitForFunction(() => document.getElementById('ask').open);
  assert.match(await opened.innerText('#ask-text'), /idle containers of berth\/test-fn \(1 now\)/);
  await opened.screenshot({ path: `${SHOTS}/ask.png` });
  await opened.keyboard.press('Escape');
  await opened.waitForFunction(() => !document.getElementById('ask').open);
  assert.equal(await opened.evaluate(() => document.activeElement.getAttribute('aria-label')), 'evict berth/test-fn');
  await opened.keyboard.press('Enter');
  await opened.waitForFunction(() => document.getElementById('ask').open);
  await opened.keyboard.press('Enter');
  await opened.waitForFunction(() => document.querySelectorAll('#rows tbody tr').length === 0);
  assert.match(await opened.innerText('#done'), /removing the containers of berth\/test-fn/);
  await opened.click('#actions summary');
  await opened.selectOption('#level', 'WARN');
  await opened.click('#level-set');
  await opened.click('#ask-do');
  await has(opened, 'logging WARN and worse');
  assert.deepEqual(complaints, []);
  await opened.close();
});

await check('by keyboard: find a function, leave the field, open the settings', async () => {
  const { opened } = await page(http + '/console/');
  await has(opened, 'berth/hello-java');
  await opened.keyboard.press('/');
  await opened.keyboard.type('hello');
  await opened.waitForFunction(() => document.querySelectorAll('#rows tbody tr').length === 1);
  await opened.keyboard.press('Escape');
  await opened.keyboard.press('s');
  await has(opened, 'node.drainTimeout');
  await opened.check('#settings-changed');
  await opened.waitForFunction(() => !document.getElementById('settings-rows').innerText.includes('node.drainTimeout'));
  assert.match(await opened.innerText('#settings-rows'), /BERTH_HTTP_PORT/);
  await opened.close();
});

await check('dark, at 390 px: nothing is wider than the screen', async () => {
  const { opened, complaints } = await page(http + '/console/', { size: { width: 390, height: 844 }, scheme: 'dark' });
  await has(opened, 'berth/hello-java');
  assert.ok(await opened.evaluate(() => document.documentElement.scrollWidth <= 390));
  await opened.waitForFunction(() => document.querySelector('#calls td:last-child'));
  assert.ok(await opened.evaluate(() => document.querySelector('#calls td:last-child').clientWidth > 250));
  await opened.screenshot({ path: `${SHOTS}/narrow-dark.png`, fullPage: true });
  assert.deepEqual(complaints, []);
  await opened.close();
});

// ---- with data that is made up

const TYPES = { html: 'text/html', js: 'text/javascript', css: 'text/css' };
const policy = (await fetch(http + '/console/')).headers.get('content-security-policy');
const containers = { busy: 0, idle: 0, frozen: 0, starting: 0 };
const row = (image, key, state = {}) =>
  ({ image, key, queues: 1, busy: 0, idle: 0, frozen: 0, starting: 0, waiting: 0, serviceMillis: 12.5, startMillis: 400, ...state });

function event(rows, total, state = {}, peers = []) {
  const cut = { total, found: total, offset: 0, rows };
  const node = {
    id: 'made-up', version: '1', engine: 'docker', engineAnswers: true, isolated: true, draining: false, callsActive: 0,
    callsReceived: 0, callsHandled: 0, memoryTotalBytes: 2 ** 34, memoryUsedBytes: 2 ** 33, cpuTotalMillis: 8000,
    cpuUsedMillis: 1000, waiting: 0, containers, incarnation: 'i', took: [], coldStarts: {}, refusals: {}, ...state };
  return `event: node\ndata: ${JSON.stringify({ at: Date.now(), node, functions: cut, queues: cut, peers })}\n\n`;
}

async function madeUp(stream, use, options) {
  const sockets = new Set();
  const server = createServer(async (request, response) => {
    if (request.url === '/api/stream' || request.url.startsWith('/api/peers')) {
      stream(request, response);
      return;
    }
    if (request.url.startsWith('/api/logs')) {
      response.writeHead(200, { 'Content-Type': 'text/event-stream' });
      response.write(': follows\n\n');
      return;
    }
    const answer = await fetch(http + request.url);
    response.writeHead(answer.status, {
      'Content-Type': answer.headers.get('content-type') ?? TYPES.html, 'Content-Security-Policy': policy });
    response.end(Buffer.from(await answer.arrayBuffer()));
  });
  server.on('connection', (socket) => sockets.add(socket.on('close', () => sockets.delete(socket))));
  await new Promise((listening) => server.listen(0, '127.0.0.1', listening));
  const { opened, complaints } = await page(`http://127.0.0.1:${server.address().port}/console/`, options);
  try {
    await use(opened, complaints, sockets);
  } finally {
    await opened.close();
    sockets.forEach((socket) => socket.destroy());
    server.close();
  }
}

const live = (made) => (request, response) => {
  response.writeHead(200, { 'Content-Type': 'text/event-stream' });
  response.write(made());
  const timer = setInterval(() => response.write(made()), 500);
  response.on('close', () => clearInterval(timer));
};

await check('how long calls took is shown, and why they started cold or were refused', async () => {
  let turn = 0;
  const state = () => {
    turn++;
    return { took: [{ underMicros: 1280, calls: 100 + 98 * turn }, { underMicros: 917504, calls: 2 * turn }],
      coldStarts: { evicted: 7 + turn, a_new_one: 1 }, refusals: { no_room: 3 } };
  };
  await madeUp(live(() => event([row('team/one', '1', { busy: 1 })], 1, state())), async (opened, complaints) => {
    await opened.waitForFunction(() => document.getElementById('latency').innerText === '1.3 · 917.5');
    await opened.waitForFunction(() => /evicted for another\s+[2-9]\s+\d+/.test(document.getElementById('reasons-rows').innerText));
    const shown = await opened.innerText('#reasons-rows');
    assert.match(shown, /refused: no room\s+0\s+3/);
    assert.match(shown, /cold: a new one\s+0\s+1/);
    await opened.screenshot({ path: `${SHOTS}/reasons.png` });
    assert.deepEqual(complaints, []);
  });
});

await check('hostile names are text, on one line, and in the order they are', async () => {
  const names = ['<script>window.broken = 1</script>', '<img src=x onerror="window.broken = 1">', '\u202Eevil\u202C', 'a\nb\tc\u0000d', 'x'.repeat(4096)];
  await madeUp(live(() => event(names.map((each, i) => row(each, 'k' + i)), names.length)), async (opened, complaints) => {
    await opened.waitForFunction(() => document.querySelectorAll('#rows tbody tr').length === 5);
    assert.equal(await opened.evaluate(() => window.broken), undefined);
    const shown = await opened.innerText('#rows tbody');
    assert.ok(shown.includes('<script>window.broken = 1</script>'));
    assert.ok(!shown.includes('\u202E'));
    assert.ok(!shown.includes('x'.repeat(200)));
    assert.deepEqual(complaints, []);
  });
});

await check('1,000 containers in 10,000 queues: quick, and no task of the page takes long', async () => {
  const rows = Array.from({ length: 200 }, (_, i) => row(`team/function-${i}`, String(i), { busy: 2, idle: 1, frozen: 1, starting: 1 }));
  await madeUp(live(() => event(rows, 10_000)), async (opened, complaints) => {
    await opened.waitForFunction(() => document.getElementById('slots').getAttribute('aria-label').startsWith('1000 containers'));
    const longest = await opened.evaluate(() => new Promise((done) => {
      let most = 0;
      new PerformanceObserver((list) => list.getEntries().forEach((task) => { most = Math.max(most, task.duration); }))
        .observe({ type: 'longtask' });
      setTimeout(() => done(most), 3_000);
    }));
    console.log(`     longest task ${Math.round(longest)} ms`);
    assert.ok(longest < 250, `a task took ${longest} ms`);
    await opened.screenshot({ path: `${SHOTS}/large.png` });
    assert.deepEqual(complaints, []);
  });
});

await check('a stream that is cut is told, with the time of what is shown, and comes back', async () => {
  await madeUp(live(() => event([row('team/one', '1', { idle: 1 })], 1)), async (opened, complaints, sockets) => {
    await has(opened, 'team/one');
    sockets.forEach((socket) => socket.destroy());
    await has(opened, 'as of');
    await opened.waitForFunction(() => !document.querySelector('main').classList.contains('stale'), undefined, { timeout: 20_000 });
  });
});

await check('a port that wants a token gets it from a form, and remembers it for the tab', async () => {
  const guarded = (request, response) => {
    if (request.headers.authorization !== 'Bearer good') {
      response.writeHead(401, { 'Content-Type': 'application/json' });
      response.end(JSON.stringify({ message: 'a token is needed' }));
      return;
    }
    live(() => event([row('team/one', '1')], 1))(request, response);
  };
  await madeUp(guarded, async (opened) => {
    await opened.fill('#token', 'bad');
    await opened.keyboard.press('Enter');
    await has(opened, 'a token is needed');
    await opened.fill('#token', 'good');
    await opened.keyboard.press('Enter');
    await has(opened, 'team/one');
    await opened.reload();
    await has(opened, 'team/one');
  });
});

await check('an engine that is gone and a node that drains are said in words', async () => {
  await madeUp(live(() => event([], 0, { engineAnswers: false, draining: true })), async (opened) => {
    await has(opened, 'draining, the container engine does not answer');
  }, { forced: 'active' });
});

await check('the nodes of a cluster are told of, with what they have free', async () => {
  const peer = (id, state, more = {}) => ({ id, incarnation: 'inc-' + id, address: '10.0.0.5:9192', version: '1', state, draining: false, ...more });
  const told = { digestAgeMillis: 1200, freeMemoryBytes: 2 ** 31, freeCpuMillis: 2500, load: 0.25 };
  await madeUp(live(() => event([], 0, {}, [peer('a', 'SELF', told), peer('b', 'UP', { ...told, draining: true }), peer('<i>c</i>', 'SUSPECT')])), async (opened) => {
    await opened.waitForFunction(() => document.querySelectorAll('#nodes-rows tr').length === 3);
    const shown = await opened.innerText('#nodes-rows');
    assert.match(shown, /a\s+this node\s+10.0.0.5:9192\s+1\s+2 GiB\s+2.5\s+25 %\s+1.2 s ago/);
    assert.match(shown, /b\s+draining/);
    assert.match(shown, /<i>c<\/i>\s+suspect\s+10.0.0.5:9192\s+1\s+–/);
  });
});

await check('the slot map of another node, by its counts, and of all nodes; a node that goes is let go', async () => {
  const peer = (id, state, slots) => ({ id, incarnation: 'inc-' + id, address: '10.0.0.5:9192', version: '1', state, draining: false,
    digestAgeMillis: 10, freeMemoryBytes: 0, freeCpuMillis: 0, load: 0, slots, queues: [] });
  const of = (busy, idle, starting, waiting, queues = 2) => ({ queues, busy, idle, starting, waiting });
  let there = true;
  const asked = [];
  const peers = () => [peer('a', 'SELF', of(0, 1, 0, 0)), ...(there ? [peer('b', 'UP', of(3, 2, 1, 7))] : [])];
  const stream = live(() => event([row('team/one', '1', { idle: 1 })], 1, {}, peers()));
  const answer = (request, response) => {
    asked.push(request.url);
    response.writeHead(200, { 'Content-Type': 'application/json' });
    response.end(JSON.stringify({ peers: [{ ...peers()[1], queues: [
      { key: '00000000000000ab', image: '<b>team/one</b>', ...of(3, 1, 0, 0) }, { key: '00000000000000ac', ...of(0, 1, 1, 7) }] }] }));
  };
  await madeUp((request, response) => (request.url === '/api/stream' ? stream : answer)(request, response), async (opened, complaints) => {
    const map = (wanted) => opened.waitForFunction((text) => document.getElementById('slots').getAttribute('aria-label') === text, wanted);
    await map('1 containers: 0 busy, 0 starting, 1 idle, 0 frozen');
    await opened.focus('#nodes-rows tr:nth-child(2) button');
    await opened.keyboard.press('Enter');
    await map('6 slots: 3 busy, 1 starting, 2 idle, 0 frozen');
    const shown = await opened.innerText('#slots-rows');
    assert.match(shown, /<b>team\/one<\/b>\s+3\s+1\s+0\s+0\s/);
    assert.match(shown, /key 00000000000000ac\s+0\s+1\s+1\s+7/);
    assert.equal(await opened.inputValue('#slots-of'), 'inc-b');
    assert.ok(asked.includes('/api/peers?node=inc-b'));
    await opened.screenshot({ path: `${SHOTS}/node.png`, fullPage: true });
    await opened.selectOption('#slots-of', '*');
    await map('7 slots: 3 busy, 1 starting, 3 idle, 0 frozen');
    await opened.selectOption('#slots-of', 'inc-b');
    await map('6 slots: 3 busy, 1 starting, 2 idle, 0 frozen');
    there = false;
    await map('1 containers: 0 busy, 0 starting, 1 idle, 0 frozen');
    assert.equal(await opened.inputValue('#slots-of'), '');
    assert.deepEqual(complaints, []);
  });
});

await check('a person who is on a row stays there while the table changes', async () => {
  let turn = 0;
  const rowsOf = () => ['one', 'two', 'three'].map((each, i) => row('team/' + each, String(i), { busy: (i + turn) % 3 }));
  await madeUp(live(() => { turn++; return event(rowsOf(), 3); }), async (opened) => {
    await opened.waitForFunction(() => document.querySelectorAll('#rows tbody tr').length === 3);
    await opened.evaluate(() => [...document.querySelectorAll('#rows tbody button')].find((one) => one.getAttribute('aria-label') === 'evict team/two').focus());
    const order = () => opened.evaluate(() => document.getElementById('rows').tBodies[0].rows[0].cells[0].textContent);
    const first = await order();
    await opened.waitForFunction((was) => document.getElementById('rows').tBodies[0].rows[0].cells[0].textContent !== was, first);
    assert.equal(await opened.evaluate(() => document.activeElement.getAttribute('aria-label')), 'evict team/two');
  });
});

for (const scheme of ['light', 'dark']) {
  await check(`axe-core finds nothing to complain of, ${scheme}`, async () => {
    await madeUp(live(() => event([row('team/one', '1', { idle: 1, waiting: 2 })], 1, {}, [{ id: 'a', incarnation: 'i', address: 'x:1', version: '1', state: 'SELF', draining: false }])), async (opened) => {
      await has(opened, 'team/one');
      for (const part of ['output', 'actions', 'settings']) await opened.evaluate((id) => { document.getElementById(id).open = true; }, part);
      await has(opened, 'node.drainTimeout');
      await opened.evaluate(AXE);
      const found = await opened.evaluate(() => window.axe.run());
      assert.deepEqual(found.violations.map((one) => `${one.id}: ${one.nodes.map((node) => node.html).join(' ')}`), []);
      assert.ok(found.passes.length > 20);
    }, { scheme });
  });
}

await check('seven tabs show the node, each while it is looked at', async () => {
  const tabs = [];
  // This browser takes every tab for seen; so it is told which one is.
  const look = (tab, hidden) => tab.evaluate((now) => {
    Object.defineProperty(document, 'hidden', { value: now, configurable: true });
    document.dispatchEvent(new Event('visibilitychange'));
  }, hidden);
  for (let i = 0; i < 7; i++) {
    const tab = (await page(http + '/console/')).opened;
    tabs.push(tab);
    await has(tab, 'ready');
    await look(tab, true);
    await has(tab, 'not looked at');
  }
  await look(tabs[0], false);
  await tabs[0].waitForFunction(() => document.getElementById('state').innerText.startsWith('ready'));
  for (const tab of tabs) await tab.close();
});

await check('a node is drained from the page, asked twice, and ends', async () => {
  const { opened } = await page(http + '/console/');
  await has(opened, 'ready');
  await opened.click('#actions summary');
  await opened.click('#drain');
  await opened.waitForFunction(() => document.getElementById('ask-text').innerText.includes('ends the runner'));
  await opened.click('#ask-close');
  await has(opened, 'ready');
  await opened.click('#drain');
  await opened.click('#ask-do');
  await has(opened, 'connection lost');
  await opened.close();
});

await browser.close();
rmSync(profile, { recursive: true, force: true });
console.log(`${passed} passed`);
