package dev.lancet.tests.fuzz;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.UnknownFieldSet;
import com.google.protobuf.UnknownFieldSet.Field;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;

/**
 * Damages a protobuf message so that it can still be parsed: somewhere in its tree a field is lost, said twice, exchanged
 * with another, or says something absurd. Nothing is known of the schema; bytes that look like a message are one.
 */
final class WireDamage implements Damage {

    private static final long[] ABSURD = {
        0,
        1,
        2,
        3,
        7,
        -1,
        -2,
        64,
        255,
        65536,
        Integer.MAX_VALUE,
        Integer.MIN_VALUE,
        1L << 31,
        1L << 32,
        1L << 40,
        Long.MAX_VALUE,
        Long.MIN_VALUE,
        Long.MAX_VALUE / 4
    };

    @Override
    public byte[] of(byte[] whole, Random random) {
        ByteString message = ByteString.copyFrom(whole);
        return damaged(message, message, random).toByteArray();
    }

    private static ByteString damaged(ByteString message, ByteString root, Random random) {
        UnknownFieldSet fields = parsed(message);
        if (fields == null || fields.asMap().isEmpty()) {
            return ByteString.copyFrom(Damage.blind(message.toByteArray(), random));
        }
        int number = number(fields, random);
        Field field = fields.getField(number);
        return fields.toBuilder()
                .clearField(number)
                .addField(number, damaged(field, root, random))
                .build()
                .toByteString();
    }

    private static UnknownFieldSet parsed(ByteString message) {
        try {
            return UnknownFieldSet.parseFrom(message);
        } catch (InvalidProtocolBufferException noMessage) {
            return null;
        }
    }

    /** A field by chance: each number alike, or each value alike. */
    private static int number(UnknownFieldSet fields, Random random) {
        List<Integer> numbers = new ArrayList<>(fields.asMap().keySet());
        Collections.sort(numbers);
        if (random.nextBoolean()) {
            return numbers.get(random.nextInt(numbers.size()));
        }
        int all = numbers.stream()
                .mapToInt(number -> size(fields.getField(number)))
                .sum();
        if (all == 0) {
            // Only groups, an old kind of field that nobody writes; chance has made one.
            return numbers.get(random.nextInt(numbers.size()));
        }
        int left = random.nextInt(all);
        for (int number : numbers) {
            left -= size(fields.getField(number));
            if (left < 0) {
                return number;
            }
        }
        return numbers.get(0);
    }

    private static int size(Field field) {
        return field.getVarintList().size()
                + field.getFixed32List().size()
                + field.getFixed64List().size()
                + field.getLengthDelimitedList().size();
    }

    private static Field damaged(Field field, ByteString root, Random random) {
        if (!field.getVarintList().isEmpty()) {
            List<Long> numbers = new ArrayList<>(field.getVarintList());
            shuffle(numbers, absurd(random), random);
            Field.Builder built = Field.newBuilder();
            numbers.forEach(built::addVarint);
            return built.build();
        }
        if (!field.getLengthDelimitedList().isEmpty()) {
            List<ByteString> values = new ArrayList<>(field.getLengthDelimitedList());
            int at = random.nextInt(values.size());
            if (random.nextInt(8) > 0
                    && parsed(values.get(at)) != null
                    && !values.get(at).isEmpty()) {
                values.set(at, damaged(values.get(at), root, random));
            } else {
                shuffle(values, bytes(values.get(at), root, random), random);
            }
            Field.Builder built = Field.newBuilder();
            values.forEach(built::addLengthDelimited);
            return built.build();
        }
        return Field.newBuilder().addVarint(absurd(random)).build();
    }

    private static <T> void shuffle(List<T> values, T other, Random random) {
        int at = random.nextInt(values.size());
        switch (random.nextInt(6)) {
            case 0 -> values.remove(at);
            case 1 -> values.add(random.nextInt(values.size()), values.get(at));
            case 2 -> Collections.swap(values, at, random.nextInt(values.size()));
            default -> values.set(at, other);
        }
    }

    private static long absurd(Random random) {
        return random.nextInt(4) == 0 ? random.nextInt(64) : ABSURD[random.nextInt(ABSURD.length)];
    }

    private static ByteString bytes(ByteString value, ByteString root, Random random) {
        return switch (random.nextInt(4)) {
            case 0 -> ByteString.EMPTY;
            case 1 -> ByteString.copyFrom(Damage.blind(value.toByteArray(), random));
            case 2 -> ByteString.copyFrom("x".repeat(random.nextInt(2000)).getBytes(StandardCharsets.UTF_8));
            default -> stranger(root, random);
        };
    }

    /** Something that stands somewhere else in the message: the name of another node, the shape of another array. */
    private static ByteString stranger(ByteString root, Random random) {
        ByteString at = root;
        for (int depth = 0; depth < 8; depth++) {
            UnknownFieldSet fields = parsed(at);
            if (fields == null || fields.asMap().isEmpty()) {
                return at;
            }
            List<ByteString> values = fields.getField(number(fields, random)).getLengthDelimitedList();
            if (values.isEmpty()) {
                return at;
            }
            at = values.get(random.nextInt(values.size()));
        }
        return at;
    }
}
