import protobuf from 'protobufjs/minimal.js';

/** ONNX graphs that no trainer writes: they load, and then they do harm. Field numbers are those of `onnx.proto`. */

const { Writer } = protobuf;
type Encoder = InstanceType<typeof Writer>;
type Fill = (inner: Encoder) => void;

const FLOAT = 1;
const INT64 = 7;
const BOOL = 9;
const FLOAT16 = 10;

const message = (field: number, outer: Encoder, fill: Fill): void => {
  outer.uint32((field << 3) | 2).fork();
  fill(outer);
  outer.ldelim();
};
const text = (field: number, value: string, encoder: Encoder): void => {
  encoder.uint32((field << 3) | 2).string(value);
};
const integer = (field: number, value: number, encoder: Encoder): void => {
  encoder.uint32(field << 3).int64(value);
};

function node(
  graph: Encoder,
  operator: string,
  inputs: readonly string[],
  outputs: readonly string[],
  more: Fill = () => {},
) {
  message(1, graph, (inner) => {
    for (const input of inputs) text(1, input, inner);
    for (const output of outputs) text(2, output, inner);
    text(4, operator, inner);
    more(inner);
  });
}

function valueInfo(
  graph: Encoder,
  field: 11 | 12,
  name: string,
  type: number,
  shape: readonly (number | string)[],
) {
  message(field, graph, (info) => {
    text(1, name, info);
    message(2, info, (outer) => {
      message(1, outer, (tensor) => {
        integer(1, type, tensor);
        message(2, tensor, (dimensions) => {
          for (const size of shape) {
            message(1, dimensions, (dimension) => {
              if (typeof size === 'number') integer(1, size, dimension);
              else text(2, size, dimension);
            });
          }
        });
      });
    });
  });
}

function initializer(graph: Encoder, name: string, type: number, shape: readonly number[], raw: Buffer) {
  message(5, graph, (tensor) => {
    for (const size of shape) integer(1, size, tensor);
    integer(2, type, tensor);
    text(8, name, tensor);
    tensor.uint32((9 << 3) | 2).bytes(raw);
  });
}

const int64 = (value: bigint): Buffer => {
  const raw = Buffer.alloc(8);
  raw.writeBigInt64LE(value);
  return raw;
};

function encode(graph: Fill): Buffer {
  const encoder = Writer.create();
  integer(1, 8, encoder);
  text(2, 'odd', encoder);
  message(7, encoder, (inner) => {
    graph(inner);
    text(2, 'odd', inner);
  });
  message(8, encoder, (opset) => {
    text(1, '', opset);
    integer(2, 13, opset);
  });
  return Buffer.from(encoder.finish());
}

/** Its weights are what stands in a file beside it, e.g. the bot's own settings; in the graph or within a node. */
export function encodeExternalModel(
  inputDim: number,
  where: 'initializer' | 'attribute',
  file: string,
): Buffer {
  const outside = (field: number, outer: Encoder) =>
    message(field, outer, (tensor) => {
      integer(1, inputDim, tensor);
      integer(1, 1, tensor);
      integer(2, FLOAT, tensor);
      text(8, 'ones', tensor);
      message(13, tensor, (entry) => {
        text(1, 'location', entry);
        text(2, file, entry);
      });
      integer(14, 1, tensor);
    });
  const constant = (outer: Encoder) =>
    node(outer, 'Constant', [], ['ones'], (attributes) =>
      message(5, attributes, (attribute) => {
        text(1, 'value', attribute);
        outside(5, attribute);
        integer(20, 4, attribute);
      }),
    );
  return encode((graph) => {
    if (where === 'attribute') constant(graph);
    node(graph, 'MatMul', ['features', 'ones'], ['sum']);
    node(graph, 'Sigmoid', ['sum'], ['p_up']);
    if (where !== 'attribute') outside(5, graph);
    valueInfo(graph, 11, 'features', FLOAT, ['N', inputDim]);
    valueInfo(graph, 12, 'p_up', FLOAT, ['N', 1]);
  });
}

/** `Loop` for ever: its condition is always true and its count has no end. */
export function encodeEndlessModel(inputDim: number): Buffer {
  return encode((graph) => {
    node(graph, 'Loop', ['count', 'true', 'features'], ['p_up'], (loop) => {
      message(5, loop, (attribute) => {
        text(1, 'body', attribute);
        message(6, attribute, (body) => {
          node(body, 'Identity', ['go_on'], ['goes_on']);
          node(body, 'Sigmoid', ['x'], ['y']);
          text(2, 'body', body);
          valueInfo(body, 11, 'turn', INT64, []);
          valueInfo(body, 11, 'go_on', BOOL, []);
          valueInfo(body, 11, 'x', FLOAT, ['N', inputDim]);
          valueInfo(body, 12, 'goes_on', BOOL, []);
          valueInfo(body, 12, 'y', FLOAT, ['N', inputDim]);
        });
        integer(20, 5, attribute);
      });
    });
    initializer(graph, 'count', INT64, [], int64(9_000_000_000_000_000_000n));
    initializer(graph, 'true', BOOL, [], Buffer.from([1]));
    valueInfo(graph, 11, 'features', FLOAT, ['N', inputDim]);
    valueInfo(graph, 12, 'p_up', FLOAT, ['N', inputDim]);
  });
}

/** Asks for a tensor of 64 GiB, whatever its input. */
export function encodeHungryModel(inputDim: number): Buffer {
  return encode((graph) => {
    node(graph, 'ConstantOfShape', ['size'], ['much']);
    node(graph, 'ReduceMax', ['much'], ['most'], (attributes) => {
      message(5, attributes, (attribute) => {
        text(1, 'keepdims', attribute);
        integer(3, 0, attribute);
        integer(20, 2, attribute);
      });
    });
    node(graph, 'Add', ['features', 'most'], ['sum']);
    node(graph, 'Sigmoid', ['sum'], ['p_up']);
    initializer(graph, 'size', INT64, [1], int64(16n * 1024n ** 3n));
    valueInfo(graph, 11, 'features', FLOAT, ['N', inputDim]);
    valueInfo(graph, 12, 'p_up', FLOAT, ['N', inputDim]);
  });
}

/** The answer of a regression: the sum of its inputs, which is no probability. */
export function encodeUnboundedModel(inputDim: number): Buffer {
  return encode((graph) => {
    node(graph, 'MatMul', ['features', 'ones'], ['p_up']);
    const raw = Buffer.alloc(4 * inputDim);
    for (let index = 0; index < inputDim; index += 1) raw.writeFloatLE(1, 4 * index);
    initializer(graph, 'ones', FLOAT, [inputDim, 1], raw);
    valueInfo(graph, 11, 'features', FLOAT, ['N', inputDim]);
    valueInfo(graph, 12, 'p_up', FLOAT, ['N', 1]);
  });
}

/** Good probabilities, and beside them a second output: the same for every input, or what is no probability. */
export function encodeTwoOutputModel(
  inputDim: number,
  second: 'constant' | 'unbounded' | 'good',
  precision: 'float32' | 'float16' = 'float32',
): Buffer {
  const isHalf = precision === 'float16';
  const output = isHalf ? 'wide' : 'more';
  return encode((graph) => {
    node(graph, 'MatMul', ['features', 'ones'], ['sum']);
    node(graph, 'Sigmoid', ['sum'], ['p_up']);
    if (second === 'unbounded') node(graph, 'Identity', ['sum'], [output]);
    if (second === 'good') node(graph, 'Sigmoid', ['p_up'], [output]);
    if (second === 'constant') {
      node(graph, 'Sub', ['sum', 'sum'], ['zero']);
      node(graph, 'Sigmoid', ['zero'], [output]);
    }
    if (isHalf) {
      node(graph, 'Cast', ['wide'], ['more'], (attributes) => {
        message(5, attributes, (attribute) => {
          text(1, 'to', attribute);
          integer(3, FLOAT16, attribute);
          integer(20, 2, attribute);
        });
      });
    }
    const raw = Buffer.alloc(4 * inputDim);
    for (let index = 0; index < inputDim; index += 1) raw.writeFloatLE(1, 4 * index);
    initializer(graph, 'ones', FLOAT, [inputDim, 1], raw);
    valueInfo(graph, 11, 'features', FLOAT, ['N', inputDim]);
    valueInfo(graph, 12, 'p_up', FLOAT, ['N', 1]);
    valueInfo(graph, 12, 'more', isHalf ? FLOAT16 : FLOAT, ['N', 1]);
  });
}

/** Some 40 MB of weights between few inputs and one probability: large, and good. */
export function encodeLargeModel(inputDim: number): Buffer {
  const [hidden, wide] = [1_000, 10_000];
  return encode((graph) => {
    node(graph, 'MatMul', ['features', 'first'], ['a']);
    node(graph, 'Tanh', ['a'], ['b']);
    node(graph, 'MatMul', ['b', 'second'], ['c']);
    node(graph, 'ReduceMean', ['c'], ['d'], (attributes) => {
      message(5, attributes, (attribute) => {
        text(1, 'axes', attribute);
        integer(8, 1, attribute);
        integer(20, 7, attribute);
      });
    });
    node(graph, 'Sigmoid', ['d'], ['p_up']);
    initializer(graph, 'first', FLOAT, [inputDim, hidden], weights(inputDim * hidden));
    initializer(graph, 'second', FLOAT, [hidden, wide], weights(hidden * wide));
    valueInfo(graph, 11, 'features', FLOAT, ['N', inputDim]);
    valueInfo(graph, 12, 'p_up', FLOAT, ['N', 1]);
  });
}

function weights(count: number): Buffer {
  const raw = Buffer.alloc(4 * count);
  for (let index = 0; index < count; index += 1) raw.writeFloatLE(((index % 17) - 7) / 100, 4 * index);
  return raw;
}
