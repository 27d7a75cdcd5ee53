package dev.lancet.runtime.text.chat;

import com.hubspot.jinjava.interpret.JinjavaInterpreter;
import com.hubspot.jinjava.lib.tag.Tag;
import com.hubspot.jinjava.tree.Node;
import com.hubspot.jinjava.tree.TagNode;

/** Hugging Face's tag around what the assistant writes. It writes its content. */
final class JinjaGenerationTag implements Tag {

    static final String NAME = "generation";
    static final String END = "endgeneration";
    private static final long serialVersionUID = 1;

    @Override
    public String getName() {
        return NAME;
    }

    @Override
    public String getEndTagName() {
        return END;
    }

    @Override
    public String interpret(TagNode tag, JinjavaInterpreter interpreter) {
        StringBuilder text = new StringBuilder();
        for (Node child : tag.getChildren()) {
            text.append(child.render(interpreter));
        }
        return text.toString();
    }
}
