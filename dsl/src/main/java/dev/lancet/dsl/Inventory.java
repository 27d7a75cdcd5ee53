package dev.lancet.dsl;

import java.util.ArrayList;
import java.util.List;

/** Lists the trainable arrays of a transformer. The declaration alone determines their names, roles and shapes. */
final class Inventory {

    private static final int NO_BLOCK = -1;

    private final Transformer transformer;
    private final List<Weight> weights = new ArrayList<>();

    private Inventory(Transformer transformer) {
        this.transformer = transformer;
    }

    /** Every array in the order of the forward pass. */
    static List<Weight> of(Transformer transformer) {
        Inventory inventory = new Inventory(transformer);
        inventory.addTables();
        for (int block = 0; block < transformer.layers(); block++) {
            inventory.addAttention(block);
            inventory.addFeedForward(block);
        }
        inventory.addEnd();
        return List.copyOf(inventory.weights);
    }

    private void addTables() {
        int width = transformer.width();
        weights.add(new Weight("embedding", Role.EMBEDDING, NO_BLOCK, transformer.vocabulary(), width));
        if (transformer.position() instanceof Position.Learned learned) {
            int rows = Math.addExact(transformer.context(), learned.first());
            weights.add(new Weight("position", Role.POSITION, NO_BLOCK, rows, width));
        }
        InputEmbedding embedding = transformer.embedding();
        if (embedding.tokenTypes() > 0) {
            weights.add(new Weight("tokenType", Role.TOKEN_TYPE, NO_BLOCK, embedding.tokenTypes(), width));
        }
        embedding.norm().ifPresent(norm -> addNorm("embedding.norm", NO_BLOCK, norm, width));
    }

    private void addAttention(int block) {
        Attention attention = transformer.attention();
        int width = transformer.width();
        String name = "h." + block + ".attn.";
        if (block > 0 || !transformer.embedding().replacesFirstNorm()) {
            addInputNorm(name, block);
        }
        addLinear(name + "q", Role.QUERY, block, width, attention.queryWidth(), attention.qkvBiased());
        addHeadNorm(name + "q", block, attention.queryWidth());
        addLinear(name + "k", Role.KEY, block, width, attention.kvWidth(), attention.qkvBiased());
        addHeadNorm(name + "k", block, attention.kvWidth());
        addLinear(name + "v", Role.VALUE, block, width, attention.kvWidth(), attention.qkvBiased());
        addLinear(name + "o", Role.OUTPUT, block, attention.queryWidth(), width, attention.outputBiased());
        addOutputNorm(name, block);
    }

    private void addFeedForward(int block) {
        FeedForward feedForward = transformer.feedForward();
        int width = transformer.width();
        int hidden = feedForward.hidden();
        String name = "h." + block + ".mlp.";
        addInputNorm(name, block);
        if (feedForward.gated()) {
            addLinear(name + "gate", Role.GATE, block, width, hidden, feedForward.bias());
        }
        addLinear(name + "up", Role.UP, block, width, hidden, feedForward.bias());
        addLinear(name + "down", Role.DOWN, block, hidden, width, feedForward.bias());
        addOutputNorm(name, block);
    }

    private void addEnd() {
        int width = transformer.width();
        if (!transformer.residual().normsSums()) {
            addNorm("norm", NO_BLOCK, transformer.norm(), width);
        }
        if (transformer.head() instanceof Head.MaskedToken masked) {
            addLinear("head.dense", Role.HEAD_DENSE, NO_BLOCK, width, width, !masked.unbiased());
            addNorm("head.norm", NO_BLOCK, transformer.norm(), width);
        }
        if (transformer.head() instanceof Head.Classes classes) {
            addLinear("head.dense", Role.HEAD_DENSE, NO_BLOCK, width, width, true);
            addLinear("head", Role.HEAD, NO_BLOCK, width, classes.count(), true);
        }
        if (transformer.scoresTokens() && !transformer.tiedHead()) {
            weights.add(new Weight("head", Role.HEAD, NO_BLOCK, width, transformer.vocabulary()));
        }
        if (transformer.head() instanceof Head.MaskedToken) {
            weights.add(new Weight("head.bias", Role.BIAS, NO_BLOCK, 1, transformer.vocabulary()));
        }
    }

    /** The norm before a half of a block, if there is one. */
    private void addInputNorm(String half, int block) {
        if (transformer.residual().normsInputs()) {
            addNorm(half + "norm", block, transformer.norm(), transformer.width());
        }
    }

    /** The norm behind a half of a block or behind its sum, if there is one. */
    private void addOutputNorm(String half, int block) {
        Residual residual = transformer.residual();
        if (residual.normsOutputs() || residual.normsSums()) {
            addNorm(half + "outnorm", block, transformer.norm(), transformer.width());
        }
    }

    private void addNorm(String name, int block, Norm norm, int width) {
        weights.add(new Weight(name + ".gain", Role.NORM, block, 1, width));
        if (norm.biased()) {
            weights.add(new Weight(name + ".bias", Role.BIAS, block, 1, width));
        }
    }

    /** The gain of the norm of queries or keys: one for all heads, or one for each element of all heads together. */
    private void addHeadNorm(String name, int block, int allHeads) {
        Attention attention = transformer.attention();
        if (attention.qkNorm().isPresent()) {
            int width = attention.wideQkNorm() ? allHeads : attention.headWidth();
            weights.add(new Weight(name + ".norm.gain", Role.NORM, block, 1, width));
        }
    }

    private void addLinear(String name, Role role, int block, int rows, int columns, boolean bias) {
        weights.add(new Weight(name, role, block, rows, columns));
        if (bias) {
            weights.add(new Weight(name + ".bias", Role.BIAS, block, 1, columns));
        }
    }
}
