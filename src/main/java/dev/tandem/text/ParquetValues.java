package dev.tandem.text;

import dev.hardwood.metadata.LogicalType;
import dev.hardwood.row.PqList;
import dev.hardwood.row.PqMap;
import dev.hardwood.row.PqStruct;
import dev.hardwood.schema.SchemaNode;
import dev.hardwood.schema.SchemaNode.GroupNode;
import dev.hardwood.schema.SchemaNode.PrimitiveNode;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Turns values of Parquet into those of JSON, and counts what they come to. */
final class ParquetValues {

    private final long limit;
    private long characters;

    /** @param limit what all texts may come to: a dictionary can name one long text again and again */
    ParquetValues(long limit) {
        this.limit = limit;
    }

    /**
     * Null, a text, a number, true or false, a list, or a map.
     *
     * @param node the value's place in the schema, which says whether a text is one or stands for JSON, as Hugging Face's
     *     datasets write what has no one type
     */
    @Nullable
    Object json(@Nullable Object value, SchemaNode node) throws BadRow {
        return switch (value) {
            case null -> null;
            case String text -> isJson(node) ? RowJson.parse(counted(text)) : counted(text);
            case Boolean flag -> flag;
            case Byte small -> small.intValue();
            case Short small -> small.intValue();
            case Float real -> real.doubleValue();
            case Integer whole -> whole;
            case Long whole -> whole;
            case Double real -> real;
            case BigDecimal exact -> exact;
            case PqList list -> list(list, ((GroupNode) node).getListElement());
            case PqStruct struct -> struct(struct, (GroupNode) node);
            case PqMap map -> map(map, ((GroupNode) node).getMapValue());
            default ->
                throw new UnreadableFile(
                        "unsupported_file",
                        "column %s holds %s; write texts, numbers, lists and structs"
                                .formatted(node.name(), value.getClass().getSimpleName()));
        };
    }

    private static boolean isJson(SchemaNode node) {
        return node instanceof PrimitiveNode leaf && leaf.logicalType() instanceof LogicalType.JsonType;
    }

    private String counted(String text) {
        characters += text.length();
        if (characters > limit) {
            throw UnpackedBytes.tooLarge(limit);
        }
        return text;
    }

    private List<@Nullable Object> list(PqList list, SchemaNode element) throws BadRow {
        var items = new ArrayList<@Nullable Object>(list.size());
        for (int i = 0; i < list.size(); i++) {
            items.add(json(list.isNull(i) ? null : list.get(i), element));
        }
        return items;
    }

    private Map<String, @Nullable Object> struct(PqStruct struct, GroupNode node) throws BadRow {
        var fields = new LinkedHashMap<String, @Nullable Object>();
        for (SchemaNode field : node.children()) {
            String name = field.name();
            fields.put(name, json(struct.isNull(name) ? null : struct.getValue(name), field));
        }
        return fields;
    }

    private Map<String, @Nullable Object> map(PqMap map, SchemaNode node) throws BadRow {
        var fields = new LinkedHashMap<String, @Nullable Object>();
        for (PqMap.Entry entry : map.getEntries()) {
            fields.put(String.valueOf(entry.getKey()), json(entry.getValue(), node));
        }
        return fields;
    }
}
