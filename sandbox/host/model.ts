import { randomFillSync } from 'node:crypto';
import protobuf from 'protobufjs/minimal.js';

/**
 * A logistic regression as an ONNX file, written by hand: one Gemm (weights, bias) and one Sigmoid. Field
 * numbers are those of `onnx.proto` (ModelProto, GraphProto, NodeProto, TensorProto, ValueInfoProto).
 */
export interface LogisticModel {
  /** One weight an input: their number is the input dimension. */
  readonly weights: readonly number[];
  readonly bias: number;
}

const { Writer } = protobuf;
type Encoder = InstanceType<typeof Writer>;

const FLOAT = 1;

function message(field: number, outer: Encoder, fill: (inner: Encoder) => void): void {
  outer.uint32((field << 3) | 2).fork();
  fill(outer);
  outer.ldelim();
}

function text(field: number, value: string, encoder: Encoder): void {
  encoder.uint32((field << 3) | 2).string(value);
}

function integer(field: number, value: number, encoder: Encoder): void {
  encoder.uint32(field << 3).int64(value);
}

function writeNode(graph: Encoder, operator: string, inputs: readonly string[], output: string): void {
  message(1, graph, (node) => {
    for (const input of inputs) text(1, input, node);
    text(2, output, node);
    text(4, operator, node);
  });
}

function writeTensor(
  graph: Encoder,
  name: string,
  shape: readonly number[],
  values: readonly number[],
): void {
  message(5, graph, (tensor) => {
    for (const size of shape) integer(1, size, tensor);
    integer(2, FLOAT, tensor);
    text(8, name, tensor);
    const raw = Buffer.alloc(values.length * 4);
    values.forEach((value, index) => {
      raw.writeFloatLE(value, index * 4);
    });
    tensor.uint32((9 << 3) | 2).bytes(raw);
  });
}

/** A float tensor of `[N, width]`, N being free. */
function writeValueInfo(graph: Encoder, field: number, name: string, width: number): void {
  message(field, graph, (info) => {
    text(1, name, info);
    message(2, info, (type) => {
      message(1, type, (tensor) => {
        integer(1, FLOAT, tensor);
        message(2, tensor, (shape) => {
          message(1, shape, (dimension) => text(2, 'N', dimension));
          message(1, shape, (dimension) => integer(1, width, dimension));
        });
      });
    });
  });
}

/** The bytes of a valid ONNX model (`features` [N, inputs] → `p_up` [N, 1]). */
export function encodeLogisticModel(model: LogisticModel): Buffer {
  const encoder = Writer.create();
  integer(1, 8, encoder);
  text(2, 'lob-trainer', encoder);
  message(7, encoder, (graph) => {
    writeNode(graph, 'Gemm', ['features', 'weights', 'bias'], 'logit');
    writeNode(graph, 'Sigmoid', ['logit'], 'p_up');
    text(2, 'crypto_lob_ml', graph);
    writeTensor(graph, 'weights', [model.weights.length, 1], model.weights);
    writeTensor(graph, 'bias', [1], [model.bias]);
    writeValueInfo(graph, 11, 'features', model.weights.length);
    writeValueInfo(graph, 12, 'p_up', 1);
  });
  message(8, encoder, (opset) => {
    text(1, '', opset);
    integer(2, 13, opset);
  });
  return Buffer.from(encoder.finish());
}

/** Ways in which a model file is bad. */
export const BAD_MODELS = [
  'empty',
  'truncated',
  'random',
  'bit_flipped',
  'wrong_shape',
  'not_a_number',
  'constant',
] as const;
export type BadModel = (typeof BAD_MODELS)[number];

/**
 * A bad variant of a model. `empty` to `bit_flipped` do not load; `wrong_shape` (one input too many),
 * `not_a_number` and `constant` (0.5 for every input) load, and only show when they are run.
 */
export function encodeBadModel(kind: BadModel, model: LogisticModel): Buffer {
  const good = encodeLogisticModel(model);
  switch (kind) {
    case 'empty':
      return Buffer.alloc(0);
    case 'truncated':
      return good.subarray(0, Math.floor(good.length * 0.6));
    case 'random':
      return randomFillSync(Buffer.alloc(good.length));
    case 'bit_flipped': {
      // The first letter of the operator's name: the file stays well-formed, but no runtime knows "Femm".
      const flipped = Buffer.from(good);
      const at = flipped.indexOf('Gemm');
      flipped.writeUInt8(flipped.readUInt8(at) ^ 1, at);
      return flipped;
    }
    case 'wrong_shape':
      return encodeLogisticModel({ ...model, weights: [...model.weights, 0] });
    case 'not_a_number':
      return encodeLogisticModel({ ...model, weights: model.weights.map(() => Number.NaN) });
    case 'constant':
      return encodeLogisticModel({ weights: model.weights.map(() => 0), bias: 0 });
  }
}
