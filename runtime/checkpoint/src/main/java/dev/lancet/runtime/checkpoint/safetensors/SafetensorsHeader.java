package dev.lancet.runtime.checkpoint.safetensors;

import dev.lancet.dsl.LancetException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.TokenStreamLocation;
import tools.jackson.core.json.JsonFactory;

/**
 * Reads the JSON header of a safetensors file and checks the rules of the format: the tensors cover the data from the
 * first to the last byte without gaps or overlaps, and each has the length that follows from its shape and dtype.
 */
final class SafetensorsHeader {

    private static final String METADATA = "__metadata__";
    private static final int MOST_TENSORS = 500_000;
    private static final int MOST_DIMENSIONS = 64;
    private static final JsonFactory JSON = new JsonFactory();

    private final Path file;
    private final long dataBegin;
    private final long dataBytes;
    private final Map<String, String> metadata = new LinkedHashMap<>();
    private final Map<String, SafetensorsEntry> tensors = new LinkedHashMap<>();

    private SafetensorsHeader(Path file, long dataBegin, long dataBytes) {
        this.file = file;
        this.dataBegin = dataBegin;
        this.dataBytes = dataBytes;
    }

    /**
     * Parses and checks a header.
     *
     * @param json the bytes of the header
     * @param dataBegin the position in the file at which the data begins
     * @param dataBytes the number of bytes of data in the file
     */
    static SafetensorsHeader parse(Path file, byte[] json, long dataBegin, long dataBytes) {
        SafetensorsHeader header = new SafetensorsHeader(file, dataBegin, dataBytes);
        try (JsonParser parser = JSON.createParser(ObjectReadContext.empty(), json)) {
            header.read(parser);
        } catch (JacksonException wrong) {
            TokenStreamLocation at = wrong.getLocation();
            throw header.damaged(
                    at == null
                            ? "header is beyond a limit: "
                                    + wrong.getOriginalMessage()
                                            .lines()
                                            .findFirst()
                                            .orElse("")
                            : "header is not JSON at its byte " + at.getByteOffset());
        }
        header.checkLayout();
        return header;
    }

    Map<String, SafetensorsEntry> tensors() {
        return tensors;
    }

    Map<String, String> metadata() {
        return metadata;
    }

    private void read(JsonParser parser) {
        if (parser.nextToken() != JsonToken.START_OBJECT) {
            throw damaged("header is not a JSON object");
        }
        while (parser.nextToken() == JsonToken.PROPERTY_NAME) {
            String name = parser.currentName();
            expect(parser, parser.nextToken(), JsonToken.START_OBJECT, "'" + name + "' in the header");
            if (name.equals(METADATA)) {
                readMetadata(parser);
            } else if (tensors.put(name, readTensor(name, parser)) != null) {
                throw damaged("tensor '" + name + "' is described twice");
            }
            if (tensors.size() > MOST_TENSORS) {
                throw damaged("header has more than " + MOST_TENSORS + " tensors");
            }
        }
        if (parser.nextToken() != null) {
            throw damaged("header has more text after its closing brace");
        }
    }

    private void readMetadata(JsonParser parser) {
        while (parser.nextToken() == JsonToken.PROPERTY_NAME) {
            String key = parser.currentName();
            expect(parser, parser.nextToken(), JsonToken.VALUE_STRING, "'" + key + "' in " + METADATA);
            metadata.put(key, parser.getString());
        }
    }

    private SafetensorsEntry readTensor(String name, JsonParser parser) {
        String what = "tensor '" + name + "'";
        Map<String, Object> fields = new LinkedHashMap<>();
        while (parser.nextToken() == JsonToken.PROPERTY_NAME) {
            String field = parser.currentName();
            JsonToken token = parser.nextToken();
            Object value =
                    switch (field) {
                        case "dtype" -> {
                            expect(parser, token, JsonToken.VALUE_STRING, "dtype of " + what);
                            yield parser.getString();
                        }
                        case "shape", "data_offsets" -> readNumbers(token, parser, field + " of " + what);
                        default -> throw damaged(what + " has a field '" + field + "', which the format does not have");
                    };
            if (fields.put(field, value) != null) {
                throw damaged(what + " has its " + field + " twice");
            }
        }
        return tensor(name, what, fields);
    }

    private List<Long> readNumbers(JsonToken first, JsonParser parser, String what) {
        expect(parser, first, JsonToken.START_ARRAY, what);
        List<Long> numbers = new ArrayList<>();
        for (JsonToken token = parser.nextToken(); token != JsonToken.END_ARRAY; token = parser.nextToken()) {
            expect(parser, token, JsonToken.VALUE_NUMBER_INT, what);
            if (parser.getNumberType() == JsonParser.NumberType.BIG_INTEGER || parser.getLongValue() < 0) {
                throw damaged(what + " holds " + parser.getString() + ", which is not a valid size");
            }
            numbers.add(parser.getLongValue());
            if (numbers.size() > MOST_DIMENSIONS) {
                throw damaged(what + " has more than " + MOST_DIMENSIONS + " numbers");
            }
        }
        return numbers;
    }

    @SuppressWarnings("unchecked") // readTensor put lists of numbers under these two keys
    private SafetensorsEntry tensor(String name, String what, Map<String, Object> fields) {
        String dtypeName = (String) required(what, fields, "dtype");
        Dtype dtype = Dtype.find(dtypeName)
                .orElseThrow(() -> new LancetException(file + ": " + what + " has dtype " + dtypeName
                        + ", which is not supported; supported are " + Dtype.known()));
        List<Long> shape = (List<Long>) required(what, fields, "shape");
        List<Long> offsets = (List<Long>) required(what, fields, "data_offsets");
        if (offsets.size() != 2 || offsets.get(0) > offsets.get(1)) {
            throw damaged(what + " has the offsets " + offsets + ", which are not [begin, end]");
        }
        if (offsets.get(1) > dataBytes) {
            throw damaged(what + " ends at byte " + offsets.get(1) + " of the data, which has " + dataBytes);
        }
        long span = offsets.get(1) - offsets.get(0);
        if (needed(what, dtype, shape) != span) {
            throw damaged(what + " " + dtype + " " + shape + " takes " + needed(what, dtype, shape)
                    + " bytes, but its offsets " + offsets + " hold " + span);
        }
        return new SafetensorsEntry(name, dtype, shape, dataBegin + offsets.get(0), span);
    }

    private Object required(String what, Map<String, Object> fields, String field) {
        Object value = fields.get(field);
        if (value == null) {
            throw damaged(what + " has no " + field);
        }
        return value;
    }

    private long needed(String what, Dtype dtype, List<Long> shape) {
        try {
            long bits = dtype.bits();
            for (long dimension : shape) {
                bits = Math.multiplyExact(bits, dimension);
            }
            if (bits % 8 != 0) {
                throw damaged(what + " " + dtype + " " + shape + " does not fill whole bytes");
            }
            return bits / 8;
        } catch (ArithmeticException overflow) {
            throw damaged(what + " " + dtype + " " + shape + " has more than 2^63 bytes");
        }
    }

    private void checkLayout() {
        List<SafetensorsEntry> inOrder = tensors.values().stream()
                .sorted(Comparator.comparingLong(SafetensorsEntry::offset).thenComparingLong(SafetensorsEntry::bytes))
                .toList();
        long end = dataBegin;
        String before = "";
        for (SafetensorsEntry tensor : inOrder) {
            if (tensor.offset() < end) {
                throw damaged("tensor '" + tensor.name() + "' begins at byte " + (tensor.offset() - dataBegin)
                        + " of the data, inside '" + before + "', which ends at " + (end - dataBegin));
            }
            if (tensor.offset() > end) {
                throw damaged("bytes " + (end - dataBegin) + " to " + (tensor.offset() - dataBegin)
                        + " of the data, before tensor '" + tensor.name() + "', belong to no tensor");
            }
            end = tensor.offset() + tensor.bytes();
            before = tensor.name();
        }
        if (end - dataBegin != dataBytes) {
            throw damaged("the last " + (dataBytes - (end - dataBegin)) + " bytes belong to no tensor");
        }
    }

    private void expect(JsonParser parser, JsonToken actual, JsonToken wanted, String what) {
        if (actual != wanted) {
            throw damaged(what + " is " + parser.getString() + ", not "
                    + switch (wanted) {
                        case START_OBJECT -> "an object";
                        case START_ARRAY -> "a list";
                        case VALUE_STRING -> "a text";
                        default -> "a whole number";
                    });
        }
    }

    private LancetException damaged(String what) {
        return new LancetException(file + ": " + what + "; the file is damaged, get it again");
    }
}
