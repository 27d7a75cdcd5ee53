package dev.lancet.surgery;

import dev.lancet.dsl.Transformer;
import dev.lancet.surgery.GraphSizes.Dim;
import dev.lancet.surgery.graph.GraphBuilder;
import dev.lancet.surgery.graph.Ops;
import dev.lancet.surgery.graph.TensorType;
import dev.lancet.surgery.graph.Value;
import java.util.List;
import org.tensorflow.proto.DataType;
import org.tensorflow.proto.GraphDef;

/**
 * Builds the TensorFlow graph of a declared {@link Transformer}, in the form that its use needs. Pure: the same
 * declaration gives the same graph, and no native library is needed. The graph contains no weights; {@link
 * VariableLoading} fills its variables.
 *
 * <h2>Names</h2>
 *
 * The names depend only on the declaration: an additional block renames no other node. A weight {@code X} of
 * {@link Transformer#weights()} is the variable {@code X} (VarHandleOp) with its one {@code X.read} (ReadVariableOp). With
 * {@code p = h.N.attn} and {@code m = h.N.mlp}, a block is, in this order (rows = batch · seq, group = heads / kv):
 *
 * <pre>
 * p.norm              norm(stream, p.norm.gain.read[, p.norm.bias.read])          [rows, width]
 * p.q.out             MatMul(p.norm, p.q.read)                                    [rows, heads · hd]
 * p.q.heads           Reshape(p.q.out, shape.query)                               [batch, seq, heads, hd]
 * p.q.prepared        query(p.q.heads[, bias][, p.q.norm.gain.read][, cos, sin])  [batch, seq, heads, hd]
 * p.q.by_head         Transpose(p.q.prepared, order.heads)                        [batch, heads, seq, hd]
 * p.k.out .heads .prepared .by_head likewise; key(...), only if there is a bias, norm or rotation
 * p.v.out .heads .prepared .by_head likewise; value(...), only if there is a bias
 * cache.N.k.next      ConcatV2(cache.N.k, p.k.by_head) when decoding, and so v     [batch, kv, past + seq, hd]
 * p.q.grouped         Reshape                                                     [batch · kv, group · seq, hd]
 * p.k.grouped p.v.grouped  Reshape                                                [batch · kv, seen, hd]
 * p.scores            BatchMatMulV2(p.q.grouped, p.k.grouped, adj_y)              [batch · kv, group · seq, seen]
 * p.masked            mask(p.scores, attention_mask); with a soft cap, of p.capped = scores_capped(p.scores)
 * p.probabilities     Softmax(p.masked)
 * p.mix               BatchMatMulV2(p.probabilities, p.v.grouped)                 [batch · kv, group · seq, hd]
 * p.mix.heads         Reshape                                                     [batch, heads, seq, hd]
 * p.mix.tokens        Transpose                                                   [batch, seq, heads, hd]
 * p.mix.flat          Reshape                                                     [rows, heads · hd]
 * p.o.out             MatMul(p.mix.flat, p.o.read)                                [rows, width]
 * p.residual          residual(stream, p.o.out) or residual_biased(stream, p.o.out, p.o.bias.read)
 * m.norm              norm(p.residual, ...)
 * m.gate.out m.up.out MatMul(m.norm, ...)                                         [rows, hidden]
 * m.inner             gated(m.gate.out, m.up.out[, biases]) or gelu(m.up.out[, m.up.bias.read])
 * m.down.out          MatMul(m.inner, m.down.read)                                [rows, width]
 * m.residual          residual(p.residual, m.down.out[, m.down.bias.read])        the next block's stream
 * </pre>
 *
 * Before the blocks: {@code ids.flat} and {@code embedding.rows} (GatherV2); with learned positions also {@code
 * position.rows} (GatherV2) and {@code embedded} (AddV2 of both). After the blocks: {@code norm} and {@code head.out},
 * {@code [rows, vocabulary]}. {@code head.out} is a MatMul; for a tied head it multiplies with the transposed {@code
 * embedding.read}.
 *
 * <h2>Functions</h2>
 *
 * The operations between the products are functions of the library: {@code norm}, {@code query}, {@code key}, {@code
 * value}, {@code mask}, {@code gated} or {@code gelu}, {@code residual} or {@code residual_biased}. PartitionedCall nodes
 * call them, and every layer calls the same function. Each has one result, {@code y}. The bodies use only Const, AddV2,
 * Sub, Mul, Square, Mean (last axis, kept), Rsqrt, Sigmoid, Tanh, Erf, SelectV2, Split (in two), ConcatV2 (of two) and
 * Reshape (of a bias), so that a backward pass can be derived from them node by node. Every argument and every body node
 * declares its dimensions. Arguments that do not depend on a weight ({@code cos}, {@code sin}, {@code visible}) need no
 * gradient.
 *
 * <p>Outside functions, the paths from weights to the loss contain only GatherV2 (axis 0), AddV2, MatMul, BatchMatMulV2,
 * Softmax, Reshape, Transpose, SparseSoftmaxCrossEntropyWithLogits and Mean.
 */
public final class Blueprint {

    private Blueprint() {}

    /**
     * The form that scores text.
     *
     * <p>Placeholders {@code ids} and {@code labels}, int32 {@code [batch, seq]}. Outputs {@code logits}, float32
     * {@code [batch, seq, vocabulary]}, and {@code nll}, the negative log-likelihood of every label in nats, float32
     * {@code [batch, seq]}. A caller that fetches only {@code logits} need not feed {@code labels}.
     */
    public static GraphDef scoring(Transformer model) {
        GraphBuilder builder = GraphBuilder.graph();
        Ops ops = new Ops(builder);
        Value ids = GraphSizes.tokens(builder, "ids", -1, -1);
        Value labels = GraphSizes.tokens(builder, "labels", -1, -1);
        GraphSizes sizes = GraphSizes.of(builder, ids);
        Layers layers = new Layers(builder, model, sizes);
        Value logits = layers.head(stream(builder, model, sizes, layers, ids));
        Dim vocabulary = Dim.of(model.vocabulary());
        ops.reshape(
                "logits",
                logits,
                sizes.target("shape.logits", sizes.batch, sizes.seq, vocabulary),
                GraphSizes.dims(sizes.batch, sizes.seq, vocabulary));
        Value each = LanguageLoss.ofTokens(builder, logits, labels, layers.rest());
        ops.reshape("nll", each, sizes.grid, GraphSizes.dims(sizes.batch, sizes.seq));
        return builder.toGraph();
    }

    /**
     * The form for training: every size is known.
     *
     * <p>Placeholders {@code ids} and {@code labels}, int32 {@code [batch, seq]}. Output {@code loss}, the mean negative
     * log-likelihood in nats, a float32 scalar. {@code entropy} is the node whose second output is the gradient of the sum
     * of losses with respect to {@code head.out}.
     *
     * @throws IllegalArgumentException if batch or seq is not positive, or seq is longer than the context
     */
    public static GraphDef training(Transformer model, int batch, int seq) {
        return training(model, batch, seq, LossTarget.TOKENS);
    }

    /**
     * The form for training on the answers of examples, several of which may share a sequence. In addition to {@link
     * #training(Transformer, int, int)} it has three placeholders {@code [batch, seq]}: {@code segments}, int32, the number
     * of the example in its sequence; {@code positions}, int32, the position in the example; and {@code loss.weights},
     * float32, the weight of each label. A token attends only to its own example. {@code loss} is the mean over all
     * positions of weight times negative log-likelihood, so weights of {@code batch · seq / n} at n labels and 0 elsewhere
     * give the mean of these n.
     */
    public static GraphDef answers(Transformer model, int batch, int seq) {
        return training(model, batch, seq, LossTarget.ANSWERS);
    }

    /**
     * The form for training on the predictions of another model (distillation, Hinton et al., arXiv 1503.02531, with
     * temperature 1): as {@link #training(Transformer, int, int)}, but {@code labels} holds its probabilities, float32
     * {@code [batch, seq, vocabulary]}, and {@code loss} is the mean cross entropy with them.
     */
    public static GraphDef distillation(Transformer model, int batch, int seq) {
        return training(model, batch, seq, LossTarget.PROBABILITIES);
    }

    private static GraphDef training(Transformer model, int batch, int seq, LossTarget target) {
        if (batch <= 0 || seq <= 0) {
            throw new IllegalArgumentException(
                    "training: batch " + batch + ", sequence " + seq + "; both must be positive");
        }
        if (seq > model.context()) {
            throw new IllegalArgumentException("training: sequence " + seq + " is longer than the context "
                    + model.context() + " of " + model.name());
        }
        GraphBuilder builder = GraphBuilder.graph();
        Ops ops = new Ops(builder);
        Value ids = GraphSizes.tokens(builder, "ids", batch, seq);
        Value labels = target == LossTarget.PROBABILITIES
                ? builder.placeholder("labels", TensorType.of(DataType.DT_FLOAT, batch, seq, model.vocabulary()))
                : GraphSizes.tokens(builder, "labels", batch, seq);
        GraphSizes sizes = GraphSizes.fixed(builder, batch, seq);
        Layers layers = new Layers(builder, model, sizes);
        AttentionContext context = target == LossTarget.ANSWERS
                ? AttentionContext.packed(
                        builder,
                        sizes,
                        model,
                        GraphSizes.tokens(builder, "positions", batch, seq),
                        GraphSizes.tokens(builder, "segments", batch, seq))
                : AttentionContext.of(builder, sizes, model);
        Value logits = layers.head(stream(model, layers, ids, context, (block, letter, fresh) -> fresh));
        Value each = target == LossTarget.PROBABILITIES
                ? LanguageLoss.ofProbabilities(builder, logits, labels)
                : LanguageLoss.ofTokens(builder, logits, labels, layers.rest());
        each = target == LossTarget.ANSWERS ? LanguageLoss.weighted(builder, each, batch, seq, layers.rest()) : each;
        ops.reduce("loss", "Mean", each, ops.ints("loss.axis", 0), false, List.of());
        return builder.toGraph();
    }

    /**
     * The form that generates text, one or more tokens per step.
     *
     * <p>Placeholders {@code ids}, int32 {@code [batch, new]}; {@code past}, an int32 scalar, the number of tokens before
     * these; and for every block N {@code cache.N.k} and {@code cache.N.v}, float32 {@code [batch, kv, past, headWidth]},
     * with {@code past} = 0 at the first step. Outputs {@code logits}, float32 {@code [batch, vocabulary]}, for the last
     * token, and {@code cache.N.k.next} and {@code cache.N.v.next}, {@code [batch, kv, past + new, headWidth]}, which the
     * caller feeds at the next step.
     */
    public static GraphDef decoding(Transformer model) {
        GraphBuilder builder = GraphBuilder.graph();
        Ops ops = new Ops(builder);
        Value ids = GraphSizes.tokens(builder, "ids", -1, -1);
        GraphSizes sizes = afterPast(builder, ids);
        Layers layers = new Layers(builder, model, sizes);
        Value stream = cached(builder, model, sizes, layers, ids);
        Dim width = Dim.of(model.width());
        Value grid = ops.reshape(
                "last.stream",
                stream,
                sizes.target("shape.stream", sizes.batch, sizes.seq, width),
                GraphSizes.dims(sizes.batch, sizes.seq, width));
        Value index = ops.sub("last.index", sizes.scalar(sizes.seq), layers.axis(1));
        Value last = ops.gather("last", grid, index, layers.axis(1), 1);
        ops.unary("logits", "Identity", layers.head(last));
        return builder.toGraph();
    }

    /**
     * The form that scores continuations of texts that were read before.
     *
     * <p>Placeholders and caches as in {@link #decoding}, and {@code labels}, int32 {@code [batch, new]}. Outputs the
     * caches; {@code logits} after every token, float32 {@code [batch · new, vocabulary]}; and {@code nll}, the negative
     * log-likelihood of every label in nats, float32 {@code [batch, new]}, for which alone {@code labels} must be fed.
     */
    public static GraphDef continuation(Transformer model) {
        GraphBuilder builder = GraphBuilder.graph();
        Value ids = GraphSizes.tokens(builder, "ids", -1, -1);
        Value labels = GraphSizes.tokens(builder, "labels", -1, -1);
        GraphSizes sizes = afterPast(builder, ids);
        Layers layers = new Layers(builder, model, sizes);
        Value logits = layers.head(cached(builder, model, sizes, layers, ids));
        new Ops(builder).unary("logits", "Identity", logits);
        Value each = LanguageLoss.ofTokens(builder, logits, labels, layers.rest());
        new Ops(builder).reshape("nll", each, sizes.grid, GraphSizes.dims(sizes.batch, sizes.seq));
        return builder.toGraph();
    }

    private static GraphSizes afterPast(GraphBuilder builder, Value ids) {
        return GraphSizes.after(builder, ids, builder.placeholder("past", TensorType.of(DataType.DT_INT32)));
    }

    private static Value cached(GraphBuilder builder, Transformer model, GraphSizes sizes, Layers layers, Value ids) {
        TensorType cache = TensorType.of(
                DataType.DT_FLOAT,
                -1,
                model.attention().kvHeads(),
                -1,
                model.attention().headWidth());
        return stream(builder, model, sizes, layers, ids, (block, letter, fresh) -> {
            String name = "cache." + block + "." + letter;
            return new Ops(builder).concat(name + ".next", builder.placeholder(name, cache), fresh, layers.axis(2), 2);
        });
    }

    private static Value stream(GraphBuilder builder, Transformer model, GraphSizes sizes, Layers layers, Value ids) {
        return stream(builder, model, sizes, layers, ids, (block, letter, fresh) -> fresh);
    }

    private static Value stream(
            GraphBuilder builder, Transformer model, GraphSizes sizes, Layers layers, Value ids, Layers.Cache cache) {
        AttentionContext context = AttentionContext.of(builder, sizes, model);
        return stream(model, layers, ids, context, cache);
    }

    private static Value stream(
            Transformer model, Layers layers, Value ids, AttentionContext context, Layers.Cache cache) {
        Value stream = layers.embedded(ids, context.positions());
        for (int block = 0; block < model.layers(); block++) {
            stream = layers.block(block, stream, context, cache);
        }
        return stream;
    }
}
