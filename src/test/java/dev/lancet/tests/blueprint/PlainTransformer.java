package dev.lancet.tests.blueprint;

import dev.lancet.dsl.Attention;
import dev.lancet.dsl.Head;
import dev.lancet.dsl.Norm;
import dev.lancet.dsl.Position;
import dev.lancet.dsl.Transformer;
import dev.lancet.dsl.weights.Weights;
import java.util.Arrays;

/** A transformer in plain loops and float64, one sequence at a time: slow, and simple enough to be believed. */
record PlainTransformer(Transformer model, Weights weights) {

    /** The logits of one sequence, {@code [seq][vocabulary]}. */
    double[][] logits(int... ids) {
        double[][] stream = new double[ids.length][];
        float[] table = weights.read("embedding").floats();
        for (int t = 0; t < ids.length; t++) {
            stream[t] = row(table, ids[t]);
            times(stream[t], model.embedding().scale());
            if (model.position() instanceof Position.Learned learned) {
                plus(stream[t], row(weights.read("position").floats(), t + learned.first()));
            }
            if (model.embedding().tokenTypes() > 0) {
                plus(stream[t], row(weights.read("tokenType").floats(), 0));
            }
            if (model.embedding().norm().isPresent()) {
                stream[t] = norm(
                        "embedding.norm", stream[t], model.embedding().norm().get());
            }
        }
        for (int block = 0; block < model.layers(); block++) {
            double[][] before = Arrays.stream(stream).map(double[]::clone).toArray(double[][]::new);
            double[][] attended = attention(block, "h." + block + ".attn.", stream);
            for (int t = 0; t < ids.length; t++) {
                stream[t] = joined("h." + block + ".attn.", stream[t], attended[t]);
                double[] from = model.residual().parallel() ? before[t] : stream[t];
                stream[t] = joined("h." + block + ".mlp.", stream[t], feedForward("h." + block + ".mlp.", from));
            }
        }
        double[][] logits = new double[ids.length][model.vocabulary()];
        Head.NextToken head = (Head.NextToken) model.head();
        for (int t = 0; t < ids.length; t++) {
            double[] last = optionalNorm("norm", stream[t]);
            if (model.tiedHead()) {
                for (int token = 0; token < model.vocabulary(); token++) {
                    logits[t][token] = dot(last, row(table, token));
                }
            } else {
                logits[t] = linear("head", last);
            }
            for (int token = 0; token < model.vocabulary(); token++) {
                logits[t][token] = capped(logits[t][token] * head.scale(), head.cap());
            }
        }
        return logits;
    }

    private double[] joined(String half, double[] stream, double[] output) {
        boolean sums = model.residual().normsSums();
        double[] added = sums ? output : optionalNorm(half + "outnorm", output);
        times(added, model.residual().scale());
        plus(added, stream);
        return sums ? optionalNorm(half + "outnorm", added) : added;
    }

    /** The norm, if the model has it; a copy otherwise. */
    private double[] optionalNorm(String name, double[] x) {
        return weights.find(name + ".gain").isPresent() ? norm(name, x, model.norm()) : x.clone();
    }

    private static double capped(double x, double cap) {
        return cap == 0 ? x : cap * Math.tanh(x / cap);
    }

    private double[][] attention(int block, String p, double[][] stream) {
        Attention a = model.attention();
        boolean varied =
                model.variant().filter(some -> some.blocks().contains(block)).isPresent();
        int window = varied ? model.variant().get().window() : a.window();
        Position position = varied ? model.variant().get().position() : model.position();
        int seq = stream.length;
        double[][] q = new double[seq][];
        double[][] k = new double[seq][];
        double[][] v = new double[seq][];
        for (int t = 0; t < seq; t++) {
            double[] x = optionalNorm(p + "norm", stream[t]);
            q[t] = rotated(position, normedHeads(p + "q", linear(p + "q", x)), t);
            k[t] = rotated(position, normedHeads(p + "k", linear(p + "k", x)), t);
            v[t] = linear(p + "v", x);
        }
        double[][] out = new double[seq][];
        for (int t = 0; t < seq; t++) {
            int first = window == 0 ? 0 : Math.max(0, t - window + 1);
            double[] mix = new double[a.queryWidth()];
            for (int head = 0; head < a.heads(); head++) {
                int from = head * a.headWidth();
                int shared = head / (a.heads() / a.kvHeads()) * a.headWidth();
                double[] shares = new double[t + 1];
                double sum = 0;
                for (int s = first; s <= t; s++) {
                    double score = 0;
                    for (int i = 0; i < a.headWidth(); i++) {
                        score += q[t][from + i] * k[s][shared + i];
                    }
                    double factor = a.scale() == 0 ? 1 / Math.sqrt(a.headWidth()) : a.scale();
                    shares[s] = Math.exp(capped(score * factor, a.cap()));
                    sum += shares[s];
                }
                for (int s = first; s <= t; s++) {
                    for (int i = 0; i < a.headWidth(); i++) {
                        mix[from + i] += shares[s] / sum * v[s][shared + i];
                    }
                }
            }
            out[t] = linear(p + "o", mix);
        }
        return out;
    }

    private double[] normedHeads(String name, double[] heads) {
        if (model.attention().qkNorm().isEmpty()) {
            return heads;
        }
        float[] gain = weights.read(name + ".norm.gain").floats();
        double[] normed = new double[heads.length];
        for (int from = 0; from < heads.length; from += gain.length) {
            double square = 0;
            for (int i = 0; i < gain.length; i++) {
                square += heads[from + i] * heads[from + i] / gain.length;
            }
            double root = Math.sqrt(square + model.attention().qkNorm().get().epsilon());
            for (int i = 0; i < gain.length; i++) {
                double one = model.attention().qkNorm().get().gainPlusOne() ? 1 : 0;
                normed[from + i] = heads[from + i] / root * (one + gain[i]);
            }
        }
        return normed;
    }

    private double[] rotated(Position position, double[] heads, int t) {
        if (!(position instanceof Position.Rotary rotary)) {
            return heads;
        }
        int width = model.attention().headWidth();
        double[] turned = new double[heads.length];
        for (int i = 0; i < heads.length; i++) {
            int within = i % width;
            int turning = rotary.width() == 0 ? width : rotary.width();
            int half = turning / 2;
            if (within >= turning) {
                turned[i] = heads[i];
                continue;
            }
            double angle = t * rotary.scaling().apply(Math.pow(rotary.theta(), -2.0 * (within % half) / turning));
            double other = within < half ? -heads[i + half] : heads[i - half];
            turned[i] = heads[i] * Math.cos(angle) + other * Math.sin(angle);
        }
        return turned;
    }

    private double[] feedForward(String p, double[] stream) {
        double[] x = optionalNorm(p + "norm", stream);
        double[] up = linear(p + "up", x);
        double[] gate = model.feedForward().gated() ? linear(p + "gate", x) : up;
        for (int i = 0; i < up.length; i++) {
            double g = gate[i];
            up[i] = switch (model.feedForward().kind()) {
                case SWIGLU -> up[i] * g / (1 + Math.exp(-g));
                case GEGLU -> up[i] * g * normalCdf(g);
                case GEGLU_TANH -> up[i] * g / 2 * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (g + 0.044715 * g * g * g)));
                case GELU -> g * normalCdf(g);
                case GELU_TANH -> g / 2 * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (g + 0.044715 * g * g * g)));
            };
        }
        return linear(p + "down", up);
    }

    /** By the series of its density, exact to double precision for the small arguments here. */
    private static double normalCdf(double x) {
        double term = x;
        double sum = x;
        for (int i = 1; i < 200; i++) {
            term *= x * x / (2 * i + 1);
            sum += term;
        }
        return 0.5 + sum * Math.exp(-x * x / 2) / Math.sqrt(2 * Math.PI);
    }

    private double[] norm(String name, double[] x, Norm form) {
        float[] gain = weights.read(name + ".gain").floats();
        boolean layer = form.kind() == Norm.Kind.LAYER;
        double mean = 0;
        double variance = 0;
        for (double value : x) {
            mean += layer ? value / x.length : 0;
        }
        for (double value : x) {
            variance += (value - mean) * (value - mean) / x.length;
        }
        double[] normed = new double[x.length];
        for (int i = 0; i < x.length; i++) {
            normed[i] = (x[i] - mean) / Math.sqrt(variance + form.epsilon()) * ((form.gainPlusOne() ? 1 : 0) + gain[i]);
        }
        if (weights.find(name + ".bias").isPresent()) {
            plus(normed, row(weights.read(name + ".bias").floats(), 0));
        }
        return normed;
    }

    private double[] linear(String name, double[] x) {
        float[] w = weights.read(name).floats();
        int columns = w.length / x.length;
        double[] y = new double[columns];
        for (int i = 0; i < x.length; i++) {
            for (int j = 0; j < columns; j++) {
                y[j] += x[i] * w[i * columns + j];
            }
        }
        weights.find(name + ".bias")
                .ifPresent(bias -> plus(y, widened(weights.read(bias.name()).floats(), 0, columns)));
        return y;
    }

    private double[] row(float[] table, int row) {
        return widened(table, row * model.width(), model.width());
    }

    private static double[] widened(float[] values, int from, int count) {
        double[] wide = new double[count];
        for (int i = 0; i < count; i++) {
            wide[i] = values[from + i];
        }
        return wide;
    }

    private static void plus(double[] to, double[] other) {
        for (int i = 0; i < to.length; i++) {
            to[i] += other[i];
        }
    }

    private static void times(double[] to, double factor) {
        for (int i = 0; i < to.length; i++) {
            to[i] *= factor;
        }
    }

    private static double dot(double[] a, double[] b) {
        double sum = 0;
        for (int i = 0; i < a.length; i++) {
            sum += a[i] * b[i];
        }
        return sum;
    }
}
