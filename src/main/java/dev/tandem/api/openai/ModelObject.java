package dev.tandem.api.openai;

import dev.tandem.models.ModelKind;
import dev.tandem.models.RegisteredModel;

/** A model by its name. {@code created} is in seconds since 1970. */
record ModelObject(String id, String object, long created, String ownedBy) {

    static ModelObject of(RegisteredModel model, String organization) {
        String owner = model.kind() == ModelKind.BASE ? "system" : "org-" + organization;
        return new ModelObject(model.name(), "model", model.createdAt().getEpochSecond(), owner);
    }
}
