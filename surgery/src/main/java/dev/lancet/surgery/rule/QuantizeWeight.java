package dev.lancet.surgery.rule;

import dev.lancet.dsl.plan.StoredMatrix;
import dev.lancet.surgery.graph.Node;
import dev.lancet.surgery.match.Captures;
import dev.lancet.surgery.match.Pattern;
import java.util.Optional;

/**
 * Stores a float matrix in fewer bits, in the layout of {@link StoredMatrix}.
 *
 * <p>16 bits. The product uses the bfloat16 matrix directly, so the graph never contains a float copy of it. The other
 * operand is rounded to 16 bits, and so is the result:
 *
 * <pre>
 * X = Variable [m,n]                 X = Variable bfloat16 [m,n]
 * X.out = MatMul(x, X)       ->      X.out.in = Cast(x) DstT=bfloat16
 *                                    X.out.product = MatMul(X.out.in, X) T=bfloat16
 *                                    X.out = Cast(X.out.product) SrcT=bfloat16
 *
 * y = GatherV2(X, ids, axis)  ->     y.rows = GatherV2(X, ids, axis) Tparams=bfloat16
 *                                    y = Cast(y.rows) SrcT=bfloat16
 * </pre>
 *
 * <p>Fewer bits are codes with scales. The graph dequantizes them where they are used. Dequantization waits for the input
 * of the product, so that not all matrices exist as floats at the same time.
 *
 * <p>8 bits. The scale of a channel is factored out of the sum over the inputs: it multiplies the small output (or, if a
 * channel is an input, the small input) instead of the whole matrix. The result is equal up to rounding:
 *
 * <pre>
 * X = Variable [m,n]                 X = Variable uint8 [m,n]
 * X.out = MatMul(x, X)       ->      X.scale = Variable [1,n]
 *                                    X.out.codes = Bitcast(X) T=uint8 type=int8
 *                                    X.out.values = Cast(X.out.codes, ^x) SrcT=int8
 *                                    X.out.product = MatMul(x, X.out.values)
 *                                    X.out = Mul(X.out.product, X.scale)
 * </pre>
 *
 * <p>4 bits. A scale covers only a group of inputs, so the matrix itself is scaled. There is one function for each shape:
 *
 * <pre>
 * X = Variable [m,n]                 X = Variable uint8 [m/2,n]
 * X.out = MatMul(x, X)       ->      X.scale = Variable [m/g,n]
 *                                    X.out.values = &#64;int4_columns_MxN_gG(X, X.scale, ^x)
 *                                    X.out = MatMul(x, X.out.values)
 * </pre>
 *
 * <p>If the scales are 8-bit codes or there are zero points, the function has more arguments:
 *
 * <pre>
 * X = Variable [m,n]                 X = Variable uint8 [m/2,n]
 * X.out = MatMul(x, X)       ->      X.scale = Variable uint8 [m/g,n]
 *                                    X.scale.step = Variable [m/g,1]
 *                                    X.scale.mean = Variable [m/g,1]
 *                                    X.zero = Variable uint8 [m/g,n]
 *                                    X.out.values = &#64;int4_asymmetric_double_quantized_columns_MxN_gG(
 *                                                    X, X.scale, X.scale.step, X.scale.mean, X.zero, ^x)
 *                                    X.out = MatMul(x, X.out.values)
 * </pre>
 *
 * <p>A lookup gathers rows of codes, scales and zero points, and dequantizes only those; the step and the mean serve all
 * rows:
 *
 * <pre>
 * X = Variable [m,n]                 y.rows = GatherV2(X, ids, axis)
 * y = GatherV2(X, ids, axis) ->      y.scales = GatherV2(X.scale, ids, axis)
 *                                    y.zeros = GatherV2(X.zero, ids, axis)
 *                                    y = &#64;int4_asymmetric_double_quantized_rows_of_N_gG(
 *                                                    y.rows, y.scales, X.scale.step, X.scale.mean, y.zeros, ^ids)
 * </pre>
 *
 * <p>Products with the transposed matrix work in
 * the same way. Matrices narrower than float32 are frozen in training; the gradient flows through to x, in bfloat16 if
 * the matrix is bfloat16.
 *
 * @param piece the matrix in its new storage
 */
public record QuantizeWeight(StoredMatrix piece) implements Rule {

    public QuantizeWeight {
        if (!piece.precision().narrow()) {
            throw new IllegalArgumentException(
                    piece.name() + ": " + piece.precision() + " is its precision already; leave the rule out");
        }
    }

    @Override
    public Pattern<Node> pattern() {
        return MatrixUses.matmul(piece.name()).or(MatrixUses.lookup(piece.name()));
    }

    @Override
    public Verdict judge(Node site, Captures met) {
        boolean lookup = site.is("GatherV2");
        Optional<Refusal> refusal = lookup ? refuseLookup(site) : MatrixUses.refuseMatMul(site);
        return refusal.isPresent() ? refusal.get() : lookup ? lookup(site) : matmul(site);
    }

    private Optional<Refusal> refuseLookup(Node site) {
        return piece.channels() == StoredMatrix.Channels.ROWS
                        || !piece.precision().quantized()
                ? MatrixUses.refuseLookup(site)
                : Optional.of(new Refusal(site.name() + " looks up rows of " + piece.name()
                        + ", whose scales belong to columns; only a table is quantised by rows"));
    }

    private Incision matmul(Node site) {
        return switch (piece.precision().format()) {
            case FLOAT32 -> throw new IllegalStateException(piece.name() + ": refused when the rule was made");
            case BFLOAT16 -> new Bfloat16Uses(piece, site).matmul();
            case INT8 -> new Int8Uses(piece, site).matmul();
            case INT4, NF4 -> new FourBitUses(piece, site).matmul();
        };
    }

    private Incision lookup(Node site) {
        return switch (piece.precision().format()) {
            case FLOAT32 -> throw new IllegalStateException(piece.name() + ": refused when the rule was made");
            case BFLOAT16 -> new Bfloat16Uses(piece, site).lookup();
            case INT8 -> new Int8Uses(piece, site).lookup();
            case INT4, NF4 -> new FourBitUses(piece, site).lookup();
        };
    }

    @Override
    public String toString() {
        return (piece.precision().quantized() ? "quantise " : "store ")
                + piece.name()
                + (piece.precision().quantized() ? " to " : " in ")
                + piece.precision();
    }
}
