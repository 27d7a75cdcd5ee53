package dev.lancet;

import dev.lancet.dsl.Attention;
import dev.lancet.dsl.FeedForward;
import dev.lancet.dsl.Head;
import dev.lancet.dsl.Norm;
import dev.lancet.dsl.Pooling;
import dev.lancet.dsl.Position;
import dev.lancet.dsl.Residual;
import dev.lancet.dsl.Transformer;

/** The methods of the language that declare a transformer. {@link Lancet} has them too. */
public class TransformerParts extends Selectors {

    TransformerParts() {}

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

    /** A gated feed-forward block with the exact GELU, as in ModernBERT. */
    public static FeedForward geglu(int hidden) {
        return FeedForward.geglu(hidden);
    }

    /** A gated feed-forward block with the tanh GELU, as in Gemma. */
    public static FeedForward gegluTanh(int hidden) {
        return FeedForward.gegluTanh(hidden);
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
    public static Position.Learned learned() {
        return Position.learned();
    }

    /** Rotary positions, as in LLaMA. */
    public static Position.Rotary rotary(double theta) {
        return Position.rotary(theta);
    }

    /** No positions: only the mask of attention tells tokens apart. */
    public static Position noPositions() {
        return Position.noPositions();
    }

    /** Norms before each half of a block, as in GPT-2 and LLaMA. */
    public static Residual preNorm() {
        return Residual.preNorm();
    }

    /** Norms of the sum of stream and half, as in BERT. */
    public static Residual postNorm() {
        return Residual.postNorm();
    }

    /** Norms of what each half gives, as in OLMo-2. */
    public static Residual outputNorm() {
        return Residual.outputNorm();
    }

    /** Norms before and after each half, as in Gemma 2 and 3. */
    public static Residual sandwichNorm() {
        return Residual.sandwichNorm();
    }

    /** Scores of the next token, the head of a decoder. */
    public static Head.NextToken nextToken() {
        return Head.nextToken();
    }

    /** Scores of hidden tokens, the head that encoders are trained with. */
    public static Head.MaskedToken maskedToken(Head.Activation activation) {
        return Head.maskedToken(activation);
    }

    /** The vector of a text. */
    public static Head.TextVector textVector(Pooling pooling) {
        return Head.textVector(pooling);
    }

    /** Scores of classes. */
    public static Head.Classes classes(int count, Pooling pooling, Head.Activation activation) {
        return Head.classes(count, pooling, activation);
    }

    /** The mean over the tokens of a text. */
    public static Pooling mean() {
        return Pooling.MEAN;
    }

    /** The vector of the first token. */
    public static Pooling cls() {
        return Pooling.CLS;
    }

    /** The vector of the last token. */
    public static Pooling last() {
        return Pooling.LAST;
    }

    /** The hyperbolic tangent in a head. */
    public static Head.Activation tanh() {
        return Head.Activation.TANH;
    }

    /** {@code max(x, 0)} in a head. */
    public static Head.Activation relu() {
        return Head.Activation.RELU;
    }

    /** The exact GELU in a head. */
    public static Head.Activation gelu() {
        return Head.Activation.GELU;
    }

    /** GELU with the tanh approximation in a head. */
    public static Head.Activation geluTanh() {
        return Head.Activation.GELU_TANH;
    }
}
