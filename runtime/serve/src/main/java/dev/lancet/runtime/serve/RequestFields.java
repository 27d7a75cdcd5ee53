package dev.lancet.runtime.serve;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import tools.jackson.databind.JsonNode;

/** The fields of a request, with their types and limits checked. A field that is null counts as absent. */
final class RequestFields {

    private final JsonNode object;

    RequestFields(JsonNode object) {
        this.object = object;
    }

    private Optional<JsonNode> find(String name) {
        JsonNode value = object.path(name);
        return value.isMissingNode() || value.isNull() ? Optional.empty() : Optional.of(value);
    }

    /** A text that must be there. */
    String required(String name) {
        return find(name)
                .filter(JsonNode::isString)
                .map(JsonNode::stringValue)
                .orElseThrow(() -> RefusedRequest.invalid(name, "it must be a string"));
    }

    /** A text, or one of a list of texts. */
    List<String> texts(String name, int most) {
        Optional<JsonNode> value = find(name);
        if (value.isEmpty()) {
            return List.of();
        }
        if (value.get().isString()) {
            return List.of(value.get().stringValue());
        }
        List<String> texts = new ArrayList<>();
        for (JsonNode one : value.get()) {
            if (one.isString()) {
                texts.add(one.stringValue());
            }
        }
        if (!value.get().isArray() || texts.size() != value.get().size() || texts.size() > most) {
            throw RefusedRequest.invalid(name, "it must be a string, or a list of at most " + most + " strings");
        }
        return texts;
    }

    /** The objects of a list that must be there and have one at least. */
    List<JsonNode> objects(String name, int most) {
        JsonNode value = object.path(name);
        List<JsonNode> objects = new ArrayList<>();
        value.forEach(objects::add);
        boolean all = objects.stream().allMatch(JsonNode::isObject);
        if (!value.isArray() || !all || objects.isEmpty() || objects.size() > most) {
            throw RefusedRequest.invalid(name, "it must be a list of 1 to " + most + " objects");
        }
        return objects;
    }

    /** A number within limits. */
    double number(String name, double usual, double least, double most) {
        Optional<JsonNode> value = find(name);
        if (value.isEmpty()) {
            return usual;
        }
        double number = value.get().isNumber() ? value.get().doubleValue() : Double.NaN;
        if (!(number >= least && number <= most)) {
            throw RefusedRequest.invalid(name, "it must be a number from " + least + " to " + most);
        }
        return number;
    }

    /** A whole number within limits. */
    OptionalLong whole(String name, long least, long most) {
        Optional<JsonNode> value = find(name);
        if (value.isEmpty()) {
            return OptionalLong.empty();
        }
        boolean fits = value.get().isIntegralNumber() && value.get().canConvertToLong();
        if (!fits || value.get().longValue() < least || value.get().longValue() > most) {
            throw RefusedRequest.invalid(name, "it must be a whole number from " + least + " to " + most);
        }
        return OptionalLong.of(value.get().longValue());
    }

    /** Yes or no; no if absent. */
    boolean flag(String name) {
        return find(name)
                .map(value -> {
                    if (!value.isBoolean()) {
                        throw RefusedRequest.invalid(name, "it must be true or false");
                    }
                    return value.booleanValue();
                })
                .orElse(false);
    }

    /** The fields of an object, which are none if it is absent. */
    RequestFields inside(String name) {
        Optional<JsonNode> value = find(name);
        if (value.isPresent() && !value.get().isObject()) {
            throw RefusedRequest.invalid(name, "it must be an object");
        }
        return new RequestFields(value.orElse(object.path("")));
    }

    /** Refuses fields that would change the answer in a way that this server does not know, unless they ask for nothing. */
    void refuse(List<String> names) {
        for (String name : names) {
            Optional<JsonNode> value = find(name);
            boolean nothing = value.isEmpty()
                    || (value.get().isBoolean() && !value.get().booleanValue())
                    || (value.get().isNumber() && value.get().doubleValue() == 0)
                    || (value.get().isContainer() && value.get().isEmpty());
            if (!nothing) {
                throw RefusedRequest.invalid(name, "this server does not have it; leave it out");
            }
        }
    }
}
