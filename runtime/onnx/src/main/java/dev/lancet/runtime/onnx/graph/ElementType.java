package dev.lancet.runtime.onnx.graph;

import onnx.Onnx.TensorProto;

/** The element types that the exported graphs use. */
public enum ElementType {
    /** 32-bit floats. */
    FLOAT(TensorProto.DataType.FLOAT, 32),
    /** The upper halves of 32-bit floats. */
    BFLOAT16(TensorProto.DataType.BFLOAT16, 16),
    /** Unsigned bytes. */
    UINT8(TensorProto.DataType.UINT8, 8),
    /** Signed bytes. */
    INT8(TensorProto.DataType.INT8, 8),
    /** Signed half bytes, two in a byte, the lower half first. */
    INT4(TensorProto.DataType.INT4, 4),
    /** 32-bit integers. */
    INT32(TensorProto.DataType.INT32, 32),
    /** 64-bit integers. */
    INT64(TensorProto.DataType.INT64, 64),
    /** Truth values. */
    BOOL(TensorProto.DataType.BOOL, 8);

    private final TensorProto.DataType proto;
    private final int bits;

    ElementType(TensorProto.DataType proto, int bits) {
        this.proto = proto;
        this.bits = bits;
    }

    /** The number that stands for the type in ONNX. */
    public int number() {
        return proto.getNumber();
    }

    /** The bytes of so many elements. */
    long bytes(long elements) {
        return (elements * bits + 7) / 8;
    }
}
