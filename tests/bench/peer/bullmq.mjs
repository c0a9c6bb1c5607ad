// hello, seq5 and fan10 on BullMQ, measured as quipu is: ./dev bench --peer bullmq
//
//   node bullmq.mjs PORT FLOW SECONDS REPETITIONS
//
// Prints one line of JSON. A chain is BullMQ's own flow: a parent that waits for its child, five deep; a fan is a parent of
// ten children. BullMQ is a queue: what a flow knows between its steps is in the jobs' return values, and there is no
// history. Every result is checked.
import { FlowProducer, Queue, QueueEvents, Worker } from 'bullmq';

const [port, flow, seconds, repetitions] = [Number(process.argv[2]), process.argv[3], Number(process.argv[4]), Number(process.argv[5])];
const connection = { host: '127.0.0.1', port, maxRetriesPerRequest: null };
const name = `bench-${flow}`;
const text = 'a text that makes every message about one hundred bytes long, as in life..';
const kept = { removeOnComplete: { count: 1000 } };

const queue = new Queue(name, { connection });
const events = new QueueEvents(name, { connection });
const flows = new FlowProducer({ connection });
for (const each of [queue, events, flows]) each.setMaxListeners(0); // a thousand wait at once
const add = (data) => ({ n: data.n + 1, text: data.text });
const worker = new Worker(
  name,
  async (job) => {
    const below = job.data.waits ? Object.values(await job.getChildrenValues()) : [];
    if (job.data.sums) return { n: below.reduce((sum, each) => sum + each.n, 0) };
    return add(below.length > 0 ? below[0] : job.data);
  },
  { connection, concurrency: 128 },
);
await Promise.all([queue.waitUntilReady(), events.waitUntilReady(), worker.waitUntilReady()]);

const shapes = {
  hello: {
    start: (n) => queue.add('add', { n, text }, kept),
    right: (n, got) => got.n === n + 1,
  },
  seq5: {
    start: async (n) => {
      let step = { name: 'add', queueName: name, data: { n, text }, opts: kept };
      for (let each = 2; each <= 5; ++each)
        step = { name: 'add', queueName: name, data: { waits: true }, children: [step], opts: kept };
      return (await flows.add(step)).job;
    },
    right: (n, got) => got.n === n + 5,
  },
  fan10: {
    start: async (n) => {
      const children = Array.from({ length: 10 }, () => ({ name: 'add', queueName: name, data: { n, text }, opts: kept }));
      return (await flows.add({ name: 'sum', queueName: name, data: { waits: true, sums: true }, children, opts: kept })).job;
    },
    right: (n, got) => got.n === 10 * (n + 1),
  },
};
const shape = shapes[flow];

let next = 0;
async function once() {
  const n = next++ % 1000;
  const asked = process.hrtime.bigint();
  const job = await shape.start(n);
  const got = await job.waitUntilFinished(events);
  if (!shape.right(n, got)) throw new Error(`${flow} gave a wrong result: ${JSON.stringify(got)}`);
  return Number(process.hrtime.bigint() - asked) / 1e6;
}

async function load(atOnce, forLong) {
  const begun = Date.now();
  const took = [];
  const until = begun + forLong * 1000;
  const one = async () => {
    while (Date.now() < until) took.push(await once());
  };
  await Promise.all(Array.from({ length: atOnce }, one));
  return { took, rate: (took.length * 1000) / (Date.now() - begun) };
}

await load(64, seconds / 4);
const alone = (await load(1, seconds / 2)).took;
let best = { atOnce: 0, rate: 0 };
for (const atOnce of [32, 128, 512]) {
  const { rate } = await load(atOnce, seconds / 4);
  if (rate > best.rate) best = { atOnce, rate };
}
const rates = [];
for (let each = 0; each < repetitions; ++each) rates.push((await load(best.atOnce, seconds)).rate);
rates.sort((a, b) => a - b);
console.log(
  JSON.stringify({
    at_once: best.atOnce,
    flows_s: [rates[0], rates[rates.length >> 1], rates[rates.length - 1]],
    alone_ms: alone,
  }),
);
await Promise.all([worker.close(), events.close(), queue.close(), flows.close()]);
