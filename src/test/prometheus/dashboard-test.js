// dashboard-test.js DASHBOARD PROMETHEUS: asks a Prometheus each query of a Grafana dashboard, as Grafana would; each must
// answer with at least one series. Waits until those that need several scrapes can.
import { readFileSync } from 'node:fs';

const [file, prometheus] = process.argv.slice(2);
const PATIENCE_MS = 60_000;
const dashboard = JSON.parse(readFileSync(file, 'utf8'));
const known = new Set(dashboard.templating.list.map((one) => one.name));
const problems = [];

async function ask(query) {
  const answer = await fetch(`${prometheus}/api/v1/query?query=${encodeURIComponent(query)}`);
  const told = await answer.json();
  return told.status === 'success' ? told.data.result.length : told.error;
}

function filledIn(expression) {
  const query = expression.replaceAll('$__rate_interval', '15s').replaceAll('"$instance"', '".+"');
  if (/\$/.test(query)) problems.push(`a variable nobody knows: ${expression}`);
  return query;
}

const targets = dashboard.panels.flatMap((panel) => (panel.targets ?? []).map((target) => ({ ...target, title: panel.title })));
if (targets.length < 30) problems.push(`only ${targets.length} queries`);
if (!known.has('datasource') || !known.has('instance')) problems.push('a variable is missing');
for (const panel of dashboard.panels) {
  if (panel.type !== 'row' && panel.datasource?.uid !== '${datasource}') problems.push(`${panel.title} has a data source of its own`);
}
let answered = 0;
const end = Date.now() + PATIENCE_MS;
for (const { expr, title } of targets) {
  const query = filledIn(expr);
  let got = await ask(query);
  while (got === 0 && Date.now() < end) {
    await new Promise((later) => setTimeout(later, 1_000));
    got = await ask(query);
  }
  if (typeof got === 'number' && got > 0) answered++;
  else problems.push(`${title}: ${got === 0 ? 'no series' : got}: ${query}`);
}
problems.forEach((problem) => console.error(problem));
console.log(`${answered} of ${targets.length} queries answered`);
process.exitCode = problems.length === 0 ? 0 : 1;
