using System.Globalization;
using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using SmartCourtyard.Custody;
using SmartCourtyard.DutyRoom.Tests.Running;
using SmartCourtyard.DutyRoom.Uplink;
using SmartCourtyard.Mqtt;

namespace SmartCourtyard.DutyRoom.Tests.Uplink;

/// <summary>Who may speak through a broker that is not ours, and how often.</summary>
public sealed class UplinkDeskTests
{
    private const string Gateway = "fukang-garden", Token = "the gateway's token";

    private static readonly UplinkSeal Seal = UplinkSeal.OfToken(Token);
    private readonly TestClock _clock = new(new DateTimeOffset(2026, 11, 22, 4, 30, 0, TimeSpan.Zero));
    private readonly UplinkCounters _counters = new();
    private readonly List<(string Gateway, string Call, string Body)> _taken = [];
    private readonly UplinkDesk _desk;
    private byte _nonce;

    public UplinkDeskTests()
    {
        var takers = new UplinkTakers(
            gateway => gateway == Gateway ? [System.Security.Cryptography.SHA256.HashData(Encoding.UTF8.GetBytes(Token))] : [],
            (gateway, call, body) =>
            {
                _taken.Add((gateway, call, Encoding.UTF8.GetString(body.Span)));
                return Task.FromResult(new UplinkAnswer(200, "{}"u8.ToArray(), TimeSpan.FromSeconds(1.5)));
            });
        _desk = new UplinkDesk(takers, _counters, _clock, NullLogger<UplinkDesk>.Instance);
    }

    [Theory]
    [InlineData("events")]
    [InlineData("heartbeat")]
    public async Task What_the_gateway_sealed_is_taken_and_the_answer_is_sealed_for_it_alone(string call)
    {
        var message = Message(call);
        var answer = (await _desk.AnswerAsync(message))!.Value;
        Assert.Equal([(Gateway, call, "body")], _taken);
        Assert.Equal("smartcourtyard/gateways/fukang-garden/answers", answer.Topic);
        Assert.Equal(message.CorrelationData.ToArray(), answer.Properties.CorrelationData.ToArray());
        var time = long.Parse(Value(answer.Properties, UplinkSeal.TimeProperty)!, CultureInfo.InvariantCulture);
        Assert.Equal(("200", "2"), (Value(answer.Properties, UplinkSeal.StatusProperty), Value(answer.Properties, UplinkSeal.RetryAfterProperty)));
        Assert.Equal(
            Seal.Answer(Gateway, 200, 2, time, message.CorrelationData.Span, answer.Body.Span), Value(answer.Properties, UplinkSeal.SealProperty));
    }

    [Fact]
    public async Task Another_token_is_answered_with_401_and_takes_nothing()
    {
        var answer = (await _desk.AnswerAsync(Message("events", UplinkSeal.OfToken("another token"))))!.Value;
        Assert.Equal("401", Value(answer.Properties, UplinkSeal.StatusProperty));
        Refused("seal");
    }

    [Fact]
    public async Task A_gateway_that_nobody_knows_or_another_gateways_seal_takes_nothing()
    {
        await _desk.AnswerAsync(Message("events", gateway: "other-garden"));
        var own = Message("events");
        await _desk.AnswerAsync(own with { Topic = UplinkSeal.Topic("other-garden", "events"), ResponseTopic = UplinkSeal.Topic("other-garden", "answers") });
        Refused("seal", 2);
    }

    [Fact]
    public async Task A_body_or_a_call_that_was_changed_on_the_way_takes_nothing()
    {
        await _desk.AnswerAsync(Message("events") with { Payload = "bodY"u8.ToArray() });
        await _desk.AnswerAsync(Message("heartbeat") with { Topic = UplinkSeal.Topic(Gateway, "events") });
        Refused("seal", 2);
    }

    [Fact]
    public async Task The_same_message_again_is_neither_taken_nor_answered()
    {
        var message = Message("heartbeat");
        Assert.NotNull(await _desk.AnswerAsync(message));
        for (var second = 0; second < 115; second += 5)
        {
            Assert.Null(await _desk.AnswerAsync(message) is { } again && Value(again.Properties, UplinkSeal.StatusProperty) == "200" ? again : null);
            _clock.Advance(TimeSpan.FromSeconds(5));
        }

        Assert.Single(_taken);
        // From a minute on it is told by its time; what cannot be forgotten before that is forgotten after two.
        Assert.Equal(["replay", "time"], _counters.Refused.Select(r => r.Key));
    }

    [Theory]
    [InlineData(-61)]
    [InlineData(61)]
    public async Task Another_time_is_answered_with_ours(int seconds)
    {
        _clock.Advance(TimeSpan.FromMinutes(5));
        var answer = (await _desk.AnswerAsync(Message("events", after: TimeSpan.FromSeconds(seconds))))!.Value;
        Assert.Equal("401", Value(answer.Properties, UplinkSeal.StatusProperty));
        Assert.Equal(
            _clock.GetUtcNow().ToUnixTimeMilliseconds().ToString(CultureInfo.InvariantCulture), Value(answer.Properties, UplinkSeal.TimeProperty));
        Assert.NotNull(Value(answer.Properties, UplinkSeal.SealProperty));
        Refused("time");
        Assert.NotNull(await _desk.AnswerAsync(Message("events", after: TimeSpan.FromSeconds(Math.Sign(seconds) * 59))));
        Assert.Single(_taken);
    }

    [Fact]
    public async Task What_was_said_before_the_duty_room_began_is_not_taken_for_nobody_knows_whether_it_was_before()
    {
        await _desk.AnswerAsync(Message("heartbeat", after: TimeSpan.FromSeconds(-1)));
        Refused("time");
    }

    [Fact]
    public async Task What_has_not_the_form_that_was_agreed_is_not_answered()
    {
        var good = Message("events");
        MqttMessage[] wrong =
        [
            good with { Topic = "smartcourtyard/gateways/fukang-garden/site" }, good with { Topic = "smartcourtyard/gateways/Fukang/events" },
            good with { ResponseTopic = null }, good with { ResponseTopic = "somebody/elses/topic" }, good with { CorrelationData = new byte[15] },
            good with { UserProperties = [] }, good with { Retain = true },
            good with { UserProperties = [good.UserProperties[1], new(UplinkSeal.TimeProperty, "-1")] },
        ];
        foreach (var message in wrong)
        {
            Assert.Null(await _desk.AnswerAsync(message));
        }

        Refused("form", wrong.Length);
    }

    [Fact]
    public void Beyond_what_can_be_remembered_nothing_is_taken_until_there_is_room()
    {
        var replays = new Replays(_clock);
        for (var i = 0; i < Replays.RememberedAtMost; i++)
        {
            Assert.Equal(Freshness.Fresh, replays.Judge(Gateway, _clock.GetUtcNow().ToUnixTimeMilliseconds(), $"{i}"));
        }

        Assert.Equal(Freshness.TooMany, replays.Judge(Gateway, _clock.GetUtcNow().ToUnixTimeMilliseconds(), "one more"));
        Assert.Equal(Freshness.Fresh, replays.Judge("other-garden", _clock.GetUtcNow().ToUnixTimeMilliseconds(), "one more"));
        _clock.Advance(TimeSpan.FromSeconds(121));
        Assert.Equal(Freshness.Fresh, replays.Judge(Gateway, _clock.GetUtcNow().ToUnixTimeMilliseconds(), "one more"));
    }

    private void Refused(string why, int times = 1)
    {
        Assert.Empty(_taken);
        Assert.Equal([(why, (long)times)], _counters.Refused.Select(r => (r.Key, r.Value)));
    }

    private static string? Value(MqttPublishProperties properties, string name) => properties.UserProperties.FirstOrDefault(p => p.Name == name)?.Value;

    private MqttMessage Message(string call, UplinkSeal? seal = null, string gateway = Gateway, TimeSpan after = default)
    {
        var (nonce, time) = (new byte[UplinkSeal.NonceBytes], (_clock.GetUtcNow() + after).ToUnixTimeMilliseconds());
        nonce[0] = ++_nonce;
        return new MqttMessage
        {
            Topic = UplinkSeal.Topic(gateway, call), Payload = "body"u8.ToArray(), ResponseTopic = UplinkSeal.Topic(gateway, "answers"), CorrelationData = nonce,
            UserProperties =
            [
                new(UplinkSeal.TimeProperty, time.ToString(CultureInfo.InvariantCulture)),
                new(UplinkSeal.SealProperty, (seal ?? Seal).Request(gateway, call, time, nonce, "body"u8)),
            ],
        };
    }
}
