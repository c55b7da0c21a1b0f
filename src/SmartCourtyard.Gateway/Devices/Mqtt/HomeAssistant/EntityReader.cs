using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using SmartCourtyard.Readings;

namespace SmartCourtyard.Gateway.Devices.Mqtt.HomeAssistant;

/// <summary>What the messages of one entity mean to us.</summary>
/// <param name="template">How to find the value in a message; null: the message is the value.</param>
internal abstract class EntityReader(Template? template)
{
    private const int LongestOnStack = 256;

    /// <summary>The quantities it can speak of.</summary>
    public abstract ulong Points { get; }

    /// <summary>Takes the message's value in; or gives back what is wrong with it.</summary>
    public virtual string? Read(scoped ref readonly JsonPayload message, bool retained, ref GatheredValues into)
    {
        if (message.Text.IsEmpty)
        {
            return null;
        }
        TemplateValue value = template is null ? TemplateValue.Of(Encoding.UTF8.GetString(message.Text)) : template.Of(in message);
        return value.Kind switch
        {
            TemplateKind.Failed => value.Text,
            TemplateKind.Missing or TemplateKind.None => null,
            _ => Take(value.Written, retained, ref into),
        };
    }

    protected abstract string? Take(string value, bool retained, ref GatheredValues into);

    protected static string Short(string value) => value.Length > 40 ? value[..40] + "…" : value;

    protected static string? Take(Field field, string value, ref GatheredValues into)
    {
        Span<byte> room = stackalloc byte[LongestOnStack];
        return Encoding.UTF8.TryGetBytes(value, room, out int length)
            ? field.Read(FieldValue.OfText(room[..length]), ref into)
            : field.Read(FieldValue.OfText(Encoding.UTF8.GetBytes(value)), ref into);
    }

    /// <summary>It speaks of what it does: heard, and no quantity.</summary>
    internal sealed class Nothing() : EntityReader(template: null)
    {
        public override ulong Points => 0;

        public override string? Read(scoped ref readonly JsonPayload message, bool retained, ref GatheredValues into) => null;

        protected override string? Take(string value, bool retained, ref GatheredValues into) => null;
    }

    /// <summary>Yes or no in the words of the announcement.</summary>
    internal sealed class YesOrNo(Template? template, AnnouncedEntity entity, Quantity quantity, bool inverted) : EntityReader(template)
    {
        public override ulong Points => PointSet.Of(quantity);

        /// <summary>As if it had said "off".</summary>
        public void TakeOff(ref GatheredValues into) => into.Flag(quantity, inverted);

        protected override string? Take(string value, bool retained, ref GatheredValues into)
        {
            bool on = value == entity.PayloadOn, off = !on && value == entity.PayloadOff;
            if (!on && !off)
            {
                // Templates and payloads differ in case alone where one side came out of Python: true and True.
                on = value.Equals(entity.PayloadOn, StringComparison.OrdinalIgnoreCase);
                off = value.Equals(entity.PayloadOff, StringComparison.OrdinalIgnoreCase);
            }
            if (on == off)
            {
                return value.Trim().Length == 0 || IsNotKnown(value) ? null
                    : $"{entity.ObjectId} is '{Short(value)}': {entity.PayloadOn} or {entity.PayloadOff}";
            }
            into.Flag(quantity, on != inverted);
            return null;
        }

        private static bool IsNotKnown(string value) => value.Trim().ToUpperInvariant() is "NONE" or "UNKNOWN" or "UNAVAILABLE" or "NULL" or "NAN";
    }

    /// <summary>A value that one of the tables reads.</summary>
    internal sealed class ByField(Template? template, Field reads) : EntityReader(template)
    {
        public override ulong Points => reads.Points;

        protected override string? Take(string value, bool retained, ref GatheredValues into) => Take(reads, value, ref into);
    }

    /// <summary>Something that happens: <c>{"event_type":"press"}</c>. A message that was kept is none.</summary>
    internal sealed class Event(Template? template, ActionWords words) : EntityReader(template)
    {
        public override ulong Points => words.Points;

        protected override string? Take(string value, bool retained, ref GatheredValues into)
        {
            if (retained)
            {
                return null;
            }
            using JsonPayload message = JsonPayload.Of(Encoding.UTF8.GetBytes(value));
            JsonElement type = JsonPayload.Step(message.Root, new Courtyards.JsonStep("event_type", 0));
            try
            {
                return type.ValueKind == JsonValueKind.String ? words.Read(FieldValue.Of(type), ref into) : "an event has no event_type: {\"event_type\":\"press\"}";
            }
            catch (InvalidOperationException)
            {
                return "event_type is a text that is not Unicode";
            }
        }
    }

    /// <summary>A device trigger: one payload that means one act. A message that was kept is none.</summary>
    internal sealed class Trigger(Template? template, (string Payload, string Type, string Subtype) trigger, ActionWords words) : EntityReader(template)
    {
        public override ulong Points => words.Points;

        protected override string? Take(string value, bool retained, ref GatheredValues into)
        {
            if (retained || value != trigger.Payload)
            {
                return null;
            }
            ulong before = into.Points;
            Take(words, trigger.Subtype, ref into);
            if (into.Points == before)
            {
                Take(words, $"{trigger.Type}_{trigger.Subtype}", ref into);
            }
            return null;
        }
    }

    /// <summary>The whole message in the words of a writer that we know.</summary>
    internal sealed class Whole(FieldTable fields) : EntityReader(template: null)
    {
        public override ulong Points => 0;

        public override string? Read(scoped ref readonly JsonPayload message, bool retained, ref GatheredValues into)
        {
            if (message.Root.ValueKind != JsonValueKind.Object)
            {
                return null;
            }
            foreach (JsonProperty property in message.Root.EnumerateObject())
            {
                if (fields.Find(JsonMarshal.GetRawUtf8PropertyName(property)) is { } known && property.Value.ValueKind is not JsonValueKind.Null)
                {
                    Take(known, property.Value, ref into);
                }
            }
            return null;
        }

        // What does not fit is named by the entity that announces it.
        private static void Take(Field known, JsonElement value, ref GatheredValues into)
        {
            try
            {
                known.Read(FieldValue.Of(value), ref into);
            }
            catch (InvalidOperationException)
            {
                // a text that is not Unicode
            }
        }

        protected override string? Take(string value, bool retained, ref GatheredValues into) => null;
    }
}
