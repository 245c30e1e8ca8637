// Loads one ONNX model and runs it on a batch of inputs, in a process of its own: whatever the model does to its
// process, it does not do to the bot. Plain JavaScript, started from the same place by the sources and by their build.
//
// Standard input: one line of JSON `{"typical": number[][], "steps": number}`, then the model's bytes.
// Standard output: one JSON document; `kind` says how far it came.

const MAX_SHOWN = 300;
const EXTREME_FACTOR = 100;
const PLAIN_EXTREME = 1_000;

async function readInput() {
  const chunks = [];
  for await (const chunk of process.stdin) chunks.push(chunk);
  const input = Buffer.concat(chunks);
  const end = input.indexOf('\n');
  return [JSON.parse(input.subarray(0, end).toString('utf8')), input.subarray(end + 1)];
}

async function trial({ typical, steps }, bytes) {
  const runtime = await loadRuntime();
  if (runtime.ort === undefined) return { kind: 'no_runtime', because: runtime.because };
  const { InferenceSession } = runtime.ort;
  let session;
  try {
    const options = { intraOpNumThreads: 1, interOpNumThreads: 1, logSeverityLevel: 4 };
    session = await InferenceSession.create(bytes, options);
  } catch (error) {
    return { kind: 'does_not_load', because: said(error) };
  }
  const shape = usableShape(session, steps);
  if ('because' in shape) return { kind: 'unusable_shape', ...shape };
  const { input, output, dimensions } = shape;
  const rowSize = dimensions.slice(1).reduce((product, size) => product * size, 1);
  const inputDim = dimensions.at(-1);
  const report = { input: input.name, output: output.name, shape: dimensions, inputDim, rowSize };
  try {
    const batch = inputRows(typical, rowSize);
    const answers = await outputsOf(session, shape, batch, runtime.ort.Tensor);
    return { kind: 'ran', ...report, inputs: batch.length, ...summary(answers) };
  } catch (error) {
    return { kind: 'does_not_run', ...report, because: said(error) };
  }
}

async function loadRuntime() {
  try {
    const loaded = await import('onnxruntime-node');
    return { ort: loaded.default ?? loaded };
  } catch (error) {
    return { because: said(error) };
  }
}

/** The one input, and the outputs that matter with the first one ahead, or the code of why there are none, with what was found. */
function usableShape({ inputMetadata, outputMetadata }, steps) {
  const [input, ...more] = inputMetadata;
  if (input === undefined || more.length > 0) return unusable('input_count', inputMetadata.length);
  if (!input.isTensor || input.type !== 'float32') return unusable('input_type', input.type ?? '');
  if (input.shape.length < 2) return unusable('input_dimensions', input.shape.length);
  const output = outputMetadata.find(({ isTensor, type }) => isTensor && type === 'float32');
  if (output === undefined) return unusable('no_float_output');
  const last = input.shape.at(-1);
  if (!isFixed(last)) return unusable('input_width_open');
  const dimensions = input.shape.map((size, index) => (isFixed(size) ? size : index === 0 ? 0 : steps));
  const others = outputMetadata.filter(
    (other) => other !== output && other.isTensor && FLOATS.includes(other.type),
  );
  return { input, output, outputs: [output, ...others], dimensions };
}

const unusable = (because, found = '') => ({ because, found: String(found) });

const FLOATS = ['float32', 'float64', 'float16'];

const isFixed = (size) => typeof size === 'number' && size > 0;

/** Zeros, what the market looks like, and values far beyond it. */
function inputRows(typical, rowSize) {
  const far = typical.flat().reduce((most, value) => Math.max(most, Math.abs(value)), 0) * EXTREME_FACTOR;
  const extreme = far > 0 ? far : PLAIN_EXTREME;
  const rowOf = (value) => Float32Array.from({ length: rowSize }, (_, index) => value(index));
  return [
    rowOf(() => 0),
    rowOf((index) => Math.sin(index + 1)),
    rowOf((index) => Math.cos(3 * index + 1)),
    ...typical.map((values) => rowOf((index) => values[index % values.length] ?? 0)),
    rowOf(() => extreme),
    rowOf(() => -extreme),
    rowOf((index) => (index % 2 === 0 ? extreme : -extreme)),
  ];
}

/**
 * What each output gave: its values, how many of them belong to a row, and the first of each row. As many rows at
 * once as the model takes: all of them where its batch is free. Only the first output has to answer row by row.
 */
async function outputsOf(session, { input, outputs, dimensions }, batch, Tensor) {
  const [fixed = 0, ...rest] = dimensions;
  const size = fixed > 0 ? fixed : batch.length;
  const answers = outputs.map(() => ({ values: [], first: [], width: 0 }));
  for (let from = 0; from < batch.length; from += size) {
    const part = Array.from({ length: size }, (_, index) => batch[Math.min(from + index, batch.length - 1)]);
    const data = new Float32Array(part.length * part[0].length);
    part.forEach((row, index) => {
      data.set(row, index * row.length);
    });
    const answer = await session.run({ [input.name]: new Tensor('float32', data, [size, ...rest]) });
    outputs.forEach(({ name }, index) => {
      addAnswer(answers[index], numbersOf(answer[name]), size, index === 0);
    });
  }
  return answers;
}

/** Half precision comes as its bits where JavaScript has no array for it. */
function numbersOf({ type, data }) {
  return type === 'float16' && data instanceof Uint16Array ? Array.from(data, numberOfHalf) : data;
}

/** IEEE 754 binary16: one bit of sign, five of exponent, ten of fraction. */
function numberOfHalf(bits) {
  const sign = bits >> 15 === 0 ? 1 : -1;
  const exponent = (bits >> 10) & 0x1f;
  const fraction = (bits & 0x3ff) / 0x400;
  if (exponent === 0x1f) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
  return exponent === 0 ? sign * fraction * 2 ** -14 : sign * (1 + fraction) * 2 ** (exponent - 15);
}

function addAnswer(answer, values, size, isMain) {
  const isByRow = values.length > 0 && values.length % size === 0;
  if (isMain && !isByRow) throw new Error(`it gave ${values.length} values for ${size} rows`);
  for (const value of values) answer.values.push(value);
  if (!isByRow) return;
  answer.width = values.length / size;
  for (let row = 0; row < size; row += 1) answer.first.push(values[row * answer.width]);
}

/** Over every output; `spread` is that of the one that says least. */
function summary(answers) {
  const values = answers.flatMap((answer) => answer.values);
  const finite = values.filter(Number.isFinite);
  const { least, most } = span(finite);
  const spreads = answers
    .map(({ first }) => first.filter(Number.isFinite))
    .filter((first, index) => index === 0 || first.length > 0)
    .map((first) => span(first))
    .map((range) => range.most - range.least);
  return {
    outputDim: answers[0].width,
    values: values.length,
    notFinite: values.length - finite.length,
    least,
    most,
    spread: Math.min(...spreads),
  };
}

function span(values) {
  if (values.length === 0) return { least: 0, most: 0 };
  return {
    least: values.reduce((a, b) => Math.min(a, b)),
    most: values.reduce((a, b) => Math.max(a, b)),
  };
}

function said(error) {
  const text = error instanceof Error ? error.message : String(error);
  return text.replaceAll(/\s+/g, ' ').trim().slice(0, MAX_SHOWN);
}

const [settings, model] = await readInput();
process.stdout.write(JSON.stringify(await trial(settings, model)));
