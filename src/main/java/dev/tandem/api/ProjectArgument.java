package dev.tandem.api;

import dev.tandem.security.Callers;
import dev.tandem.security.Project;
import org.jspecify.annotations.Nullable;
import org.springframework.core.MethodParameter;
import org.springframework.stereotype.Component;
import org.springframework.web.bind.support.WebDataBinderFactory;
import org.springframework.web.context.request.NativeWebRequest;
import org.springframework.web.method.support.HandlerMethodArgumentResolver;
import org.springframework.web.method.support.ModelAndViewContainer;

/** Gives endpoints the project that their caller works in; what they look up with it is that project's alone. */
@Component
class ProjectArgument implements HandlerMethodArgumentResolver {

    private final Callers callers;

    ProjectArgument(Callers callers) {
        this.callers = callers;
    }

    @Override
    public boolean supportsParameter(MethodParameter parameter) {
        return parameter.getParameterType() == Project.class;
    }

    @Override
    public Project resolveArgument(
            MethodParameter parameter,
            @Nullable ModelAndViewContainer container,
            NativeWebRequest request,
            @Nullable WebDataBinderFactory binders) {
        return callers.current().project();
    }
}
