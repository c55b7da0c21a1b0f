using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;

namespace SmartCourtyard.DutyRoom;

/// <summary>The API's own description; the console's types are generated from it.</summary>
internal static class ApiDocument
{
    public static void AddApiDocument(this IServiceCollection services) => services.AddOpenApi("v1", options =>
    {
        options.AddDocumentTransformer((document, _, _) =>
        {
            document.Info = new() { Title = "SmartCourtyard duty room", Version = "v1" };
            // The same document whatever address it is read from.
            document.Servers = [];
            return Task.CompletedTask;
        });
        options.AddSchemaTransformer((schema, context, _) =>
        {
            Name(schema, context.JsonTypeInfo.Type);
            return Task.CompletedTask;
        });
    });

    /// <summary>The generator does not look into converters: it leaves out that times and words are strings.</summary>
    private static void Name(OpenApiSchema schema, Type type)
    {
        var isTime = type == typeof(DateTimeOffset) || type == typeof(DateTimeOffset?);
        if (!isTime && !(Nullable.GetUnderlyingType(type) ?? type).IsEnum)
        {
            return;
        }

        schema.Type = JsonSchemaType.String | (Nullable.GetUnderlyingType(type) is null ? 0 : JsonSchemaType.Null);
        schema.Format = isTime ? "date-time" : schema.Format;
    }
}
