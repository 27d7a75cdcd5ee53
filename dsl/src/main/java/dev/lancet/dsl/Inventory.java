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
        if (transformer.position() instanceof Position.Learned) {
            weights.add(new Weight("position", Role.POSITION, NO_BLOCK, transformer.context(), width));
        }
    }

    private void addAttention(int block) {
        Attention attention = transformer.attention();
        int width = transformer.width();
        String name = "h." + block + ".attn.";
        addNorm(name + "norm", block);
        addLinear(name + "q", Role.QUERY, block, width, attention.queryWidth(), attention.qkvBiased());
        addHeadNorm(name + "q", block);
        addLinear(name + "k", Role.KEY, block, width, attention.kvWidth(), attention.qkvBiased());
        addHeadNorm(name + "k", block);
        addLinear(name + "v", Role.VALUE, block, width, attention.kvWidth(), attention.qkvBiased());
        addLinear(name + "o", Role.OUTPUT, block, attention.queryWidth(), width, attention.outputBiased());
    }

    private void addFeedForward(int block) {
        FeedForward feedForward = transformer.feedForward();
        int width = transformer.width();
        int hidden = feedForward.hidden();
        String name = "h." + block + ".mlp.";
        addNorm(name + "norm", block);
        if (feedForward.gated()) {
            addLinear(name + "gate", Role.GATE, block, width, hidden, feedForward.bias());
        }
        addLinear(name + "up", Role.UP, block, width, hidden, feedForward.bias());
        addLinear(name + "down", Role.DOWN, block, hidden, width, feedForward.bias());
    }

    private void addEnd() {
        addNorm("norm", NO_BLOCK);
        if (!transformer.tiedHead()) {
            weights.add(new Weight("head", Role.HEAD, NO_BLOCK, transformer.width(), transformer.vocabulary()));
        }
    }

    private void addNorm(String name, int block) {
        weights.add(new Weight(name + ".gain", Role.NORM, block, 1, transformer.width()));
        if (transformer.norm().kind() == Norm.Kind.LAYER) {
            weights.add(new Weight(name + ".bias", Role.BIAS, block, 1, transformer.width()));
        }
    }

    /** The gain of the norm of queries or keys, which all heads share. */
    private void addHeadNorm(String name, int block) {
        Attention attention = transformer.attention();
        if (attention.qkNorm().isPresent()) {
            weights.add(new Weight(name + ".norm.gain", Role.NORM, block, 1, attention.headWidth()));
        }
    }

    private void addLinear(String name, Role role, int block, int rows, int columns, boolean bias) {
        weights.add(new Weight(name, role, block, rows, columns));
        if (bias) {
            weights.add(new Weight(name + ".bias", Role.BIAS, block, 1, columns));
        }
    }
}
