package dev.lancet.runtime.run;

import dev.lancet.dsl.LancetException;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/** A mistake in a recipe that shows before its first step. */
public final class RecipeException extends LancetException {

    private static final long serialVersionUID = 1;
    private static final Pattern QUOTED = Pattern.compile("['\"]([^'\"]+)['\"]");

    private final transient List<String> texts;

    private RecipeException(RuntimeException wrong, List<String> texts) {
        super(String.valueOf(wrong.getMessage()), wrong);
        this.texts = List.copyOf(texts);
    }

    /** Does a check, and gives its error the name of the candidate, or of the file, that it is about. */
    static void where(String name, Runnable check) {
        try {
            check.run();
        } catch (RecipeException known) {
            throw known;
        } catch (LancetException | IllegalArgumentException wrong) {
            List<String> texts = new ArrayList<>(List.of(name));
            QUOTED.matcher(String.valueOf(wrong.getMessage())).results().forEach(found -> texts.add(found.group(1)));
            throw new RecipeException(wrong, texts);
        }
    }

    /** Texts that may stand in quotation marks where the mistake is: the name first, then what the message quotes. */
    public List<String> texts() {
        return texts;
    }
}
