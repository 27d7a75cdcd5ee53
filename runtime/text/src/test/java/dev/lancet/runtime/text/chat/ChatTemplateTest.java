package dev.lancet.runtime.text.chat;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lancet.dsl.LancetException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Chat templates against what Hugging Face's library makes of them, and templates that mean harm. */
class ChatTemplateTest {

    private static final Path FIXTURES = Path.of("../../src/test/resources/fixtures/chat-templates");
    private static final Map<String, String> SPECIAL = Map.of("bos_token", "<s>", "eos_token", "</s>");
    private static final List<ChatTurn> HELLO = List.of(new ChatTurn("user", "hello"));

    @TempDir
    private Path folder;

    @Test
    void templates_of_six_families_give_the_texts_of_hugging_faces_library() throws IOException {
        JsonNode all = JsonMapper.shared().readTree(Files.readString(FIXTURES.resolve("rendered.json")));
        assertThat(all).hasSize(36);
        for (JsonNode expected : all) {
            String file = expected.get("template").asString();
            ChatTemplate template = ChatTemplate.of(file, Files.readString(FIXTURES.resolve(file)), SPECIAL);
            List<ChatTurn> turns = new ArrayList<>();
            expected.get("messages")
                    .forEach(message -> turns.add(new ChatTurn(
                            message.get("role").asString(),
                            message.get("content").asString())));
            boolean open = expected.get("add_generation_prompt").asBoolean();
            if (expected.has("text")) {
                assertThat(template.render(turns, open))
                        .as(file)
                        .isEqualTo(expected.get("text").asString());
            } else {
                assertThatThrownBy(() -> template.render(turns, open))
                        .isInstanceOf(LancetException.class)
                        .hasMessageContaining(expected.get("refused").asString());
            }
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{% for a in range(10000) %}{% for b in range(10000) %}{% set x = 1 %}{% endfor %}{% endfor %}",
                "{% macro f(x) %}{{ f(x) }}{% endmacro %}{{ f(1) }}",
                "{% include '/etc/passwd' %}",
                "{% import '/etc/passwd' as p %}{{ p }}",
                "{% extends '/etc/passwd' %}",
                "{% from '/etc/passwd' import p %}",
                "{{ messages.getClass().forName('java.lang.Runtime') }}",
                "{{ messages[0].getClass() }}",
                "{{ ____int3rpr3t3r____.getConfig() }}",
                "{{ 'a'.__class__ }}",
                "{% set ns = namespace(x='aaaaaaaa') %}{% for a in range(60) %}{% set ns.x = ns.x ~ ns.x %}{% endfor %}",
                "{% set ns = namespace(x=[1]) %}{% for a in range(60) %}{% set ns.x = ns.x + ns.x %}{% endfor %}",
                "{% for a in range(9999) %}{% for b in range(9) %}"
                        + "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa{% endfor %}{% endfor %}",
                "{{ 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa' | replace('a', 'bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb')"
                        + " | replace('b', 'cccccccccccccccccccccccccccccccccccccccc') | replace('c',"
                        + " 'dddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddd') }}",
                "{{ 'abc' | center(100000000) }}",
                "{{ messages | random }}",
                "{{ now() }}",
                "{{ 'x' | no_such_filter }}",
                "{{ 'x' is no_such_test }}",
                "{% no_such_tag %}",
                "{% if %}"
            })
    @Timeout(120)
    void a_template_that_loops_reads_files_reaches_java_or_is_wrong_is_refused_in_one_line(String template) {
        assertThatThrownBy(
                        () -> ChatTemplate.of("evil.jinja", template, SPECIAL).render(HELLO, true))
                .isInstanceOf(LancetException.class)
                .hasMessageStartingWith("chat template: evil.jinja: ")
                .hasMessageNotContaining("\n");
    }

    @Test
    void what_the_assistant_writes_may_be_marked_and_a_text_is_no_template() {
        ChatTemplate template = ChatTemplate.of(
                "t", "{% for m in messages %}{% generation %}{{ m.content }}{% endgeneration %}{% endfor %}", SPECIAL);
        assertThat(template.render(List.of(new ChatTurn("user", "{{ 1 + 1 }} {% if %}")), false))
                .isEqualTo("{{ 1 + 1 }} {% if %}");
    }

    @Test
    void a_template_is_found_beside_the_tokenizer() throws IOException {
        assertThat(ChatTemplate.find(folder)).isEmpty();
        Files.writeString(
                folder.resolve("tokenizer_config.json"),
                "{\"bos_token\": {\"content\": \"<b>\"}, \"chat_template\": [{\"name\": \"tool_use\", \"template\": \"x\"},"
                        + " {\"name\": \"default\", \"template\": \"{{ bos_token }}1{{ messages[0].content }}\"}]}");
        assertThat(ChatTemplate.find(folder).orElseThrow().render(HELLO, false)).isEqualTo("<b>1hello");
        Files.writeString(folder.resolve("chat_template.jinja"), "{{ bos_token }}2{{ messages[0].content }}");
        assertThat(ChatTemplate.find(folder).orElseThrow().render(HELLO, false)).isEqualTo("<b>2hello");
    }
}
