// Drives a running Tandem with OpenAI's Node SDK, unmodified. Exits with 0 if all of it held.
//   TANDEM_URL  the server's /v1          LOSSY_URL  the same behind a line that loses the first answers
//   MODEL       a model to train          SCRIPTS    a folder of files to train on: short.jsonl, long.jsonl
import assert from 'node:assert/strict';
import buffer from 'node:buffer';
import fs from 'node:fs';
import path from 'node:path';

globalThis.File ??= buffer.File; // Node 18 has it, but not as a global, and the SDK looks for that
const { default: OpenAI, BadRequestError, NotFoundError, toFile } = await import('openai');

const { TANDEM_URL, LOSSY_URL, MODEL, SCRIPTS } = process.env;
const client = new OpenAI({ baseURL: TANDEM_URL, apiKey: 'any' });
const unlucky = new OpenAI({ baseURL: LOSSY_URL, apiKey: 'any' });

// From memory: what is streamed cannot be sent again, so the SDK does not retry it.
const script = (name) => toFile(fs.readFileSync(path.join(SCRIPTS, name)), name);
const jobs = (through = client) => through.fineTuning.jobs;

async function all(pages) {
  const found = [];
  for await (const each of pages) found.push(each);
  return found;
}

async function until(id, status) {
  for (let tries = 0; tries < 600; tries++) {
    const job = await jobs().retrieve(id);
    if (job.status === status) return job;
    assert.ok(!['succeeded', 'failed', 'cancelled'].includes(job.status), `${id} is ${job.status}, not ${status}`);
    await new Promise((wake) => setTimeout(wake, 100));
  }
  assert.fail(`${id} did not become ${status} in time`);
}

async function step(what, does) {
  await does();
  console.log(`ok ${what}`);
}

let job;

await step('a lost answer costs no second file and no second job', async () => {
  const file = await unlucky.files.create({ file: await script('short.jsonl'), purpose: 'fine-tune' });
  job = await jobs(unlucky).create({
    model: MODEL,
    training_file: file.id,
    suffix: 'node',
    seed: 3,
    metadata: { sdk: 'node' },
    method: { type: 'dpo', dpo: { hyperparameters: { beta: 0.2, batch_size: 'auto', n_epochs: 1 } } },
  });
  const files = await all(client.files.list({ purpose: 'fine-tune', limit: 2 }));
  assert.equal(files.filter((each) => each.filename === 'short.jsonl').length, 1);
  const made = await all(jobs().list({ limit: 1, metadata: { sdk: 'node' } }));
  assert.deepEqual(made.map((each) => each.id), [job.id]);
  assert.equal(await (await client.files.content(file.id)).text(), fs.readFileSync(path.join(SCRIPTS, 'short.jsonl'), 'utf8'));
});

await step('a job succeeds and says how', async () => {
  const done = await until(job.id, 'succeeded');
  assert.deepEqual(done.method.dpo.hyperparameters, { n_epochs: 1, batch_size: 1, learning_rate_multiplier: 1, beta: 0.2 });
  assert.equal(done.error, null);
  const events = await all(jobs().listEvents(job.id, { limit: 2 }));
  assert.equal(new Set(events.map((each) => each.id)).size, events.length);
  assert.ok(events.some((each) => each.type === 'metrics' && each.data.train_loss > 0));
  const table = await (await client.files.content(done.result_files[0])).text();
  assert.match(table, /^step,train_loss/);

  const model = await client.models.retrieve(done.fine_tuned_model);
  assert.match(model.id, /^ft:.*:node:[0-9a-z]{8}$/);
  assert.ok((await all(client.models.list())).some((each) => each.id === model.id));
  assert.equal((await client.models.delete(model.id)).deleted, true);
  await assert.rejects(client.models.retrieve(model.id), NotFoundError);
});

await step('a job is paused, resumed and cancelled', async () => {
  const file = await client.files.create({ file: await script('long.jsonl'), purpose: 'fine-tune' });
  const { id } = await jobs().create({ model: MODEL, training_file: file.id });
  await until(id, 'running');
  await jobs().pause(id);
  await until(id, 'paused');
  assert.ok((await all(jobs().checkpoints.list(id))).length > 0);
  await assert.rejects(client.files.delete(file.id), BadRequestError);
  await jobs().resume(id);
  await until(id, 'running');
  await jobs().cancel(id);
  await until(id, 'cancelled');
  assert.equal((await jobs().cancel(id)).status, 'cancelled'); // asked again after a lost answer
  await assert.rejects(jobs().pause(id), BadRequestError);
  assert.equal((await client.files.delete(file.id)).deleted, true);
});

await step('errors have their types and name the field', async () => {
  await assert.rejects(jobs().retrieve('ftjob-nothing'), NotFoundError);
  await assert.rejects(
    jobs().create({ model: MODEL, training_file: 'file-nothing' }),
    (e) => e instanceof BadRequestError && e.param === 'training_file' && e.code === 'file_not_found',
  );
});
