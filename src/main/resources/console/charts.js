import uPlot from '/console/uplot.js';
import { $, css } from '/console/view.js';

const KEPT = 300;

class Chart {
  constructor(id, series) {
    this.at = $(id);
    this.series = series;
    this.data = [[], ...series.map(() => [])];
    this.make();
    new ResizeObserver(() => this.plot.setSize(this.size())).observe(this.at);
  }

  size() {
    return { width: Math.max(220, this.at.clientWidth), height: 130 };
  }

  make() {
    this.plot?.destroy();
    const axis = { stroke: css('--dim'), grid: { stroke: css('--line'), width: 1 }, ticks: { show: false } };
    this.plot = new uPlot({
      ...this.size(),
      legend: { show: this.series.length > 1, live: false },
      cursor: { show: false },
      scales: { x: { range: (plot, least, most) => [most - KEPT, most] }, y: { range: (plot, least, most) => [0, Math.max(1, most * 1.1)] } },
      axes: [{ ...axis, space: 70 }, { ...axis, size: 44, space: 28, incrs: [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000] }],
      series: [{}, ...this.series.map((one) => ({ label: one.label, stroke: css(one.color), dash: one.dash, width: 2, points: { show: false } }))],
    }, this.data, this.at);
  }

  add(at, values) {
    this.data[0].push(at);
    values.forEach((value, i) => this.data[i + 1].push(value));
    if (this.data[0].length > KEPT) this.data.forEach((each) => each.shift());
    this.plot.setData(this.data);
  }
}

export class Charts {
  constructor() {
    this.rate = new Chart('chart-rate', [{ label: 'calls/s', color: '--busy' }]);
    this.calls = new Chart('chart-calls', [
      { label: 'running', color: '--busy' }, { label: 'waiting', color: '--wrong', dash: [6, 4] }]);
    this.latency = new Chart('chart-latency', [
      { label: 'half', color: '--busy' }, { label: '99 %', color: '--wrong', dash: [6, 4] }]);
    this.reasons = new Chart('chart-reasons', [
      { label: 'cold starts', color: '--busy' }, { label: 'refusals', color: '--wrong', dash: [6, 4] }]);
    this.containers = new Chart('chart-containers', [
      { label: 'busy', color: '--busy' }, { label: 'idle', color: '--idle', dash: [2, 3] },
      { label: 'frozen', color: '--frozen' }, { label: 'starting', color: '--starting', dash: [6, 4] }]);
  }

  // A gap in time stays a gap.
  gap(at) {
    this.add(at, null, null, null, {}, {});
  }

  add(at, rate, running, waiting, containers, since) {
    const one = (key) => containers[key] ?? null;
    this.rate.add(at, [rate]);
    this.calls.add(at, [running, waiting]);
    this.latency.add(at, [since.half ?? null, since.most ?? null]);
    this.reasons.add(at, [since.cold ?? null, since.refused ?? null]);
    this.containers.add(at, [one('busy'), one('idle'), one('frozen'), one('starting')]);
  }

  recolor() {
    [this.rate, this.latency, this.calls, this.reasons, this.containers].forEach((chart) => chart.make());
  }
}
