package dev.lancet;

import dev.lancet.dsl.Adapter;
import dev.lancet.dsl.Attention;
import dev.lancet.dsl.Budget;
import dev.lancet.dsl.FeedForward;
import dev.lancet.dsl.Initialisation;
import dev.lancet.dsl.Nonlinearity;
import dev.lancet.dsl.Norm;
import dev.lancet.dsl.Position;
import dev.lancet.dsl.Precision;
import dev.lancet.dsl.Rank;
import dev.lancet.dsl.Role;
import dev.lancet.dsl.Selector;
import dev.lancet.dsl.Transformer;
import dev.lancet.dsl.Weight;
import dev.lancet.dsl.recipe.Corpus;
import dev.lancet.dsl.recipe.Origin;
import dev.lancet.dsl.recipe.Recipe;
import dev.lancet.dsl.recipe.Schedule;
import dev.lancet.dsl.recipe.Training;
import java.util.function.Predicate;

/**
 * Every word of the language in one place, for {@code import static dev.lancet.Lancet.*}; scripts have it imported.
 */
public final class Lancet {

    private Lancet() {}

    // ---- what a model is

    /** A published model, for example {@code preset("llama-2-7b")}. */
    public static Transformer preset(String name) {
        return Transformer.preset(name);
    }

    /** Multi-head attention; see {@link Attention}. */
    public static Attention heads(int heads) {
        return Attention.heads(heads);
    }

    /** A gated feed-forward block, as in LLaMA. */
    public static FeedForward swiglu(int hidden) {
        return FeedForward.swiglu(hidden);
    }

    /** A plain feed-forward block with the exact GELU. */
    public static FeedForward gelu(int hidden) {
        return FeedForward.gelu(hidden);
    }

    /** A plain feed-forward block with the tanh GELU, as in GPT-2. */
    public static FeedForward geluTanh(int hidden) {
        return FeedForward.geluTanh(hidden);
    }

    /** Root-mean-square normalisation. */
    public static Norm rmsNorm(double epsilon) {
        return Norm.rmsNorm(epsilon);
    }

    /** Layer normalisation. */
    public static Norm layerNorm(double epsilon) {
        return Norm.layerNorm(epsilon);
    }

    /** Learned positions, as in GPT-2. */
    public static Position learned() {
        return Position.learned();
    }

    /** Rotary positions, as in LLaMA. */
    public static Position.Rotary rotary(double theta) {
        return Position.rotary(theta);
    }

    // ---- which weights

    /** Every matrix, the tables included. */
    public static Selector everything() {
        return Selector.everything();
    }

    /** Every linear layer: all matrices but the tables. */
    public static Selector linears() {
        return Selector.linears();
    }

    /** The four projections of attention. */
    public static Selector attention() {
        return Selector.attention();
    }

    /** The query projections of attention. */
    public static Selector queries() {
        return Selector.queries();
    }

    /** The key projections of attention. */
    public static Selector keys() {
        return Selector.keys();
    }

    /** The value projections of attention. */
    public static Selector values() {
        return Selector.values();
    }

    /** The projections of attention back to the residual stream. */
    public static Selector outputs() {
        return Selector.outputs();
    }

    /** The matrices of the feed-forward halves. */
    public static Selector feedForward() {
        return Selector.feedForward();
    }

    /** The token and position tables. */
    public static Selector embedding() {
        return Selector.embedding();
    }

    /** The untied head. */
    public static Selector head() {
        return Selector.head();
    }

    /** The gains of normalisations; only training treats them. */
    public static Selector norms() {
        return Selector.norms();
    }

    /** The biases; only training treats them. */
    public static Selector biases() {
        return Selector.biases();
    }

    /** Weights of some roles. */
    public static Selector roles(Role first, Role... more) {
        return Selector.roles(first, more);
    }

    /** Weights in some blocks, both ends included. */
    public static Selector inBlocks(int first, int last) {
        return Selector.inBlocks(first, last);
    }

    /** Weights whose name matches a glob such as {@code h.*.mlp.up}. */
    public static Selector named(String glob) {
        return Selector.named(glob);
    }

    /** Weights that a predicate accepts. */
    public static Selector matching(String description, Predicate<Weight> predicate) {
        return Selector.matching(description, predicate);
    }

    // ---- what is done to them

    /** A given rank. */
    public static Rank.Fixed rank(int value) {
        return Rank.rank(value);
    }

    /** The largest rank whose factors hold at most this share of a matrix's parameters. */
    public static Rank ratio(double share) {
        return Rank.ratio(share);
    }

    /** The smallest rank that keeps this share of the squared singular values. */
    public static Rank energy(double share) {
        return Rank.energy(share);
    }

    /** The rank for which the compression's budget leaves room. */
    public static Rank.ByBudget byBudget() {
        return Rank.byBudget();
    }

    /** What a model may take, such as {@code budget("600MB")}, or how many times smaller, {@code budget("2.64x")}. */
    public static Budget budget(String text) {
        return Budget.parse(text);
    }

    /** {@code z · sigmoid(z)} between the factors of a layer that is trained from fresh weights. */
    public static Nonlinearity silu() {
        return Nonlinearity.silu();
    }

    /** Fresh factors of random orthonormal directions, all equally strong; so they begin where nothing is said. */
    public static Initialisation spectral() {
        return Initialisation.spectral();
    }

    /** Fresh factors of independent normal numbers. */
    public static Initialisation normal() {
        return Initialisation.normal();
    }

    /** 16-bit floats of the range of float32. */
    public static Precision bfloat16() {
        return Precision.bfloat16();
    }

    /** 8 bits per output channel. */
    public static Precision int8() {
        return Precision.int8();
    }

    /** 4 bits in groups. */
    public static Precision int4(int group) {
        return Precision.int4(group);
    }

    /** 4-bit normal floats in groups. */
    public static Precision nf4(int group) {
        return Precision.nf4(group);
    }

    /** Low-rank adaptation of this rank beside a frozen matrix, with twice the rank as its alpha. */
    public static Adapter.Lora lora(int rank) {
        return Adapter.lora(rank);
    }

    // ---- a run

    /** An empty recipe. */
    public static Recipe recipe(String name) {
        return Recipe.recipe(name);
    }

    /** The texts of files and folders. */
    public static Corpus corpus(String path, String... more) {
        return Corpus.corpus(path, more);
    }

    /** Training with AdamW. */
    public static Training adamW(int steps, double rate) {
        return Training.adamW(steps, rate);
    }

    /** Training with Muon for linear layers and their factors, AdamW for the others. */
    public static Training muon(int steps, double rate) {
        return Training.muon(steps, rate);
    }

    /** A rate that falls along half a cosine. */
    public static Schedule cosine() {
        return Schedule.cosine();
    }

    /** A rate that falls along a line. */
    public static Schedule linear() {
        return Schedule.linear();
    }

    /** A rate that stays level after the warm-up. */
    public static Schedule constant() {
        return Schedule.constant();
    }

    /** A rate that stays level and falls along a line over the last share of the steps. */
    public static Schedule wsd(double fall) {
        return Schedule.wsd(fall);
    }

    /** Fresh weights that are dense for the first steps of their pre-training, and cut as their candidate says then. */
    public static Origin denseFirst(Transformer transformer, int steps) {
        return Origin.denseFirst(transformer, steps);
    }

    /** A model on disk. */
    public static Origin checkpoint(String path) {
        return Origin.checkpoint(path);
    }

    /** The finished weights of another candidate. */
    public static Origin after(String candidate) {
        return Origin.after(candidate);
    }
}
