package dev.lancet.runtime.checkpoint;

import java.nio.charset.StandardCharsets;
import java.util.Map;
import tools.jackson.databind.json.JsonMapper;

/** The text of a safetensors header, padded with spaces so that the data behind it is aligned. */
final class HeaderJson {

    private static final JsonMapper JSON = JsonMapper.shared();

    private HeaderJson() {}

    static byte[] write(Map<String, Object> header, int alignment) {
        String json = JSON.writeValueAsString(header);
        int length = json.getBytes(StandardCharsets.UTF_8).length;
        int padding = Math.floorMod(-length, alignment);
        return (json + " ".repeat(padding)).getBytes(StandardCharsets.UTF_8);
    }
}
