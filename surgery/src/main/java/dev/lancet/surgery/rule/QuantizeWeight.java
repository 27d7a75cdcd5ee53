package dev.lancet.surgery.rule;

import dev.lancet.dsl.plan.StoredMatrix;
import dev.lancet.surgery.graph.Node;
import dev.lancet.surgery.match.Captures;
import dev.lancet.surgery.match.Pattern;
import java.util.Optional;

/**
 * A float matrix is stored in fewer bits, laid out as {@link StoredMatrix} says.
 *
 * <p>16 bits. The matrix is multiplied with as it is, in bfloat16, so that no float copy of it ever exists in the graph; what
 * enters the product is rounded to 16 bits, and so is what leaves it:
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
 * <p>Fewer bits are codes with scales, which the graph turns back into floats where they are used: after the input of the
 * product is there, so that not all matrices lie there as floats at one time.
 *
 * <p>8 bits. The scale of a channel is factored out of the sum over the inputs, so it is multiplied with the few outputs
 * (or, where a channel is an input, with the few inputs) instead of the whole matrix; equal up to rounding:
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
 * <p>4 bits. A scale covers only a group of inputs, so the matrix itself is scaled, in one function a shape:
 *
 * <pre>
 * X = Variable [m,n]                 X = Variable uint8 [m/2,n]
 * X.out = MatMul(x, X)       ->      X.scale = Variable [m/g,n]
 *                                    X.out.values = &#64;int4_columns_MxN_gG(X, X.scale, ^x)
 *                                    X.out = MatMul(x, X.out.values)
 * </pre>
 *
 * <p>A lookup gathers rows of codes and of scales, and turns only those into floats. Products with the transposed matrix
 * are treated alike. What is narrower than float32 is frozen in training; the gradient flows through to x, in bfloat16 where the
 * matrix is.
 *
 * @param piece the matrix as it is to be stored
 */
public record QuantizeWeight(StoredMatrix piece) implements Rule {

    public QuantizeWeight {
        if (!piece.precision().narrow()) {
            throw new IllegalArgumentException(
                    piece.name() + ": " + piece.precision() + " is what it has already; there is nothing to do");
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
                        + ", whose scales run down its columns; only a table is quantised by rows"));
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
