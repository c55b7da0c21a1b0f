using System.Text;
using FsCheck;
using FsCheck.Fluent;
using SmartCourtyard.Gateway.Devices;
using SmartCourtyard.Gateway.Devices.Mqtt.HomeAssistant;

namespace SmartCourtyard.Gateway.Tests.Devices.Mqtt.HomeAssistant;

public sealed class TemplateTests
{
    private const string Payload = "{\"a\":{\"b\":{\"c d\":[7,8.5]}},\"t\":true,\"f\":false,\"s\":\"ON\",\"n\":null,\"x\":21.456,\"neg\":-3,\"empty\":\"\",\"list\":[1,2],\"str\":\"12.5\"}";

    [Theory]
    [InlineData("{{ value_json.a.b['c d'][0] }}", "7")]
    [InlineData("{{value_json['a'][\"b\"]['c d'][1]}}", "8.5")]
    [InlineData("{{ value_json.t }}", "True")]
    [InlineData("{{ value_json.s | lower }}", "on")]
    [InlineData("{{- value_json.s | upper -}}", "ON")]
    [InlineData("{{ value_json.x | round(1) }}", "21.5")]
    [InlineData("{{ value_json.x | round }}", "21.0")]
    [InlineData("{{ value_json.x | round(1, 'floor') }}", "21.4")]
    [InlineData("{{ value_json.x | int }}", "21")]
    [InlineData("{{ value_json.str | float + 1 }}", "13.5")]
    [InlineData("{{ float(value_json.str) * 2 }}", "25.0")]
    [InlineData("{{ value_json.neg | abs }}", "3")]
    [InlineData("{{ -value_json.neg }}", "3")]
    [InlineData("{{ value_json.missing | default(5) }}", "5")]
    [InlineData("{{ value_json.empty | default('x', true) }}", "x")]
    [InlineData("{{ value_json.get('missing', 'z') }}", "z")]
    [InlineData("{{ value_json.s == 'ON' }}", "True")]
    [InlineData("{{ value_json.a.b['c d'][0] > 5 and not value_json.f }}", "True")]
    [InlineData("{{ 'alarm' if value_json.t else 'ok' }}", "alarm")]
    [InlineData("{{ 'ON' if value_json.s in ['ON', 'on'] else 'OFF' }}", "ON")]
    [InlineData("{{ 'yes' if 'x' in value_json else 'no' }}", "yes")]
    [InlineData("{{ 'yes' if value_json.zzz is defined else 'no' }}", "no")]
    [InlineData("{{ 'yes' if value_json.n is not none else 'no' }}", "no")]
    [InlineData("{% if value_json['t'] %}true{% else %}false{% endif %}", "true")]
    [InlineData("{%- if value_json.x > 30 -%} hot {%- elif value_json.x > 20 -%} warm {%- else -%} cold {%- endif -%}", "warm")]
    [InlineData("{% if value_json.f %}a{% elif value_json.t %}b{% endif %}", "b")]
    [InlineData("{{ value_json.s ~ '-' ~ value_json.neg }}", "ON--3")]
    [InlineData("{{ value_json.s }}/{{ value_json.neg }}", "ON/-3")]
    [InlineData("{{ value_json.s | replace('O', 'U') | trim }}", "UN")]
    [InlineData("{# a remark #}{{ value_json.s }}", "ON")]
    [InlineData("{{ iif(value_json.t, 'ON', 'OFF') }}", "ON")]
    [InlineData("{{ value_json.s | bool }}", "True")]
    public void What_is_allowed_is_worked_out(string template, string expected)
    {
        Template? read = Template.Read(template, out string? problem);
        Assert.True(read is not null, problem);
        using JsonPayload message = JsonPayload.Of(Encoding.UTF8.GetBytes(Payload));
        Assert.Equal(expected, read.Of(in message).Written.Trim());
    }

    [Theory]
    [InlineData("{{ value_json.missing }}")]
    [InlineData("{{ value_json.missing.deeper['x'][3] }}")]
    [InlineData("{{ value_json.missing | float }}")]
    [InlineData("{{ value_json.missing | round(1) }}")]
    [InlineData("{{ value_json.missing | is_defined }}")]
    [InlineData("{{ value_json.missing * 2 }}")]
    [InlineData("{{ value_json.list[5] }}")]
    public void What_a_message_does_not_hold_stays_missing(string template) => Assert.Equal(TemplateKind.Missing, Of(template, Payload).Kind);

    [Theory]
    [InlineData("{{ value }}", "21.5", "21.5")]
    [InlineData("{{ value | float * 2 }}", "21.5", "43.0")]
    [InlineData("{{ 'ON' if value == '1' else 'OFF' }}", "1", "ON")]
    public void A_payload_of_plain_text_is_the_value(string template, string payload, string expected) => Assert.Equal(expected, Of(template, payload).Text);

    [Theory]
    [InlineData("{{ value_json.s | float }}", "float of 'ON'")]
    [InlineData("{{ value_json.s * 2 }}", "not both numbers")]
    [InlineData("{{ value_json.x / 0 }}", "not finite")]
    public void What_cannot_be_worked_out_says_so(string template, string why)
    {
        TemplateValue value = Of(template, Payload);
        Assert.Equal(TemplateKind.Failed, value.Kind);
        Assert.Contains(why, value.Text, StringComparison.Ordinal);
    }

    [Fact]
    public void A_template_for_JSON_says_so_where_there_is_none() => Assert.Contains("not JSON", Of("{{ value_json.a }}", "smoke").Text, StringComparison.Ordinal);

    [Theory]
    [InlineData("{{ states('sensor.x') }}", "states")]
    [InlineData("{{ value_json.x | regex_replace('a','b') }}", "the filter regex_replace")]
    [InlineData("{% set x = 1 %}{{ x }}", "{% set %}")]
    [InlineData("{% for i in value_json.list %}{{ i }}{% endfor %}", "{% for %}")]
    [InlineData("{{ now() }}", "now")]
    [InlineData("{{ value.split(',')[0] }}", ".split()")]
    [InlineData("{{ value_json.a", "breaks off")]
    [InlineData("{{ value_json.'a' }}", ".a")]
    [InlineData("{% if value_json.a %}x", "if without endif")]
    [InlineData("{% endif %}", "endif without if")]
    [InlineData("{{ ((((((((((((((((((((((((((((((1)))))))))))))))))))))))))))))) }}", "nested deeper")]
    [InlineData("{{ 'x }}", "a text without an end")]
    [InlineData("{{ value_json.x | round(1,'a',2,3) }}", "the filter round with 4 values")]
    public void What_is_not_understood_is_said_with_its_text_and_what_is_allowed(string template, string at)
    {
        Assert.Null(Template.Read(template, out string? problem));

        Assert.Contains(at, problem, StringComparison.Ordinal);
        Assert.Contains(template, problem, StringComparison.Ordinal);
        Assert.Contains("is_defined", problem, StringComparison.Ordinal);
    }

    [Fact]
    public void Any_text_is_a_template_or_a_problem_and_never_an_exception()
    {
        Gen<string> pieces = Gen.Elements(
            "{{", "}}", "{%", "%}", "{#", "#}", " if ", " else ", " elif ", " endif ", "value", "value_json", ".a", "['b']", "[0]", "[", "]", "(", ")", "|", "float", "round", "default",
            "==", "<", "+", "-", "*", "/", "~", "'", "\"", "1", "2.5", "9e999", ",", " and ", " or ", " not ", " in ", " is ", "defined", "\\", "厨", "\uD800", "x");
        Prop.ForAll(Arb.From(pieces.ArrayOf().Select(string.Concat)), text =>
        {
            Template? template = Template.Read(text, out string? problem);
            Assert.Equal(template is null, problem is not null);
            using JsonPayload message = JsonPayload.Of("{\"a\":1,\"b\":[true]}"u8);
            _ = template?.Of(in message).Written;
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(3_000));
    }

    private static TemplateValue Of(string template, string payload)
    {
        Template? read = Template.Read(template, out string? problem);
        Assert.True(read is not null, problem);
        using JsonPayload message = JsonPayload.Of(Encoding.UTF8.GetBytes(payload));
        return read.Of(in message) with { Json = default };
    }
}
