import static dev.lancet.Lancet.*;

import dev.lancet.dsl.Compression;
import dev.lancet.dsl.Transformer;
import dev.lancet.dsl.recipe.Recipe;

/** The model of this project: it learns a rhyme by heart, in 8 bits and low rank. Run it with {@code lancet run model/Rhyme.java}. */
class Rhyme {

    Recipe rhyme() {
        Transformer gpt = Transformer.decoder("rhyme")
                .vocabulary(256).context(32).width(48).layers(2)
                .attention(heads(4)).feedForward(swiglu(96)).build();
        Compression slim = Compression.keepAll()
                .on(linears()).quantize(int8())
                .on(named("h.*.mlp.*")).factorise(rank(24), int8());
        return recipe("rhyme")
                .candidate("dense", gpt)
                .pretrain(corpus("model/rhyme.txt").bytes(), adamW(120, 5e-3).batch(8).seed(7))
                .candidate("slim", after("dense"), slim);
    }
}
