using System.Buffers;
using System.Text;
using FsCheck;
using FsCheck.Fluent;

namespace SmartCourtyard.Mqtt.Tests;

public class CodecPropertyTests
{
    private sealed record Sent(string Topic, byte[] Payload, bool AtLeastOnce, bool Retain, ushort PacketId, bool Five);

    private static Arbitrary<Sent> Publications() => Arb.From(
        from topic in ArbMap.Default.GeneratorFor<NonEmptyString>()
        from payload in ArbMap.Default.GeneratorFor<byte[]>()
        from atLeastOnce in ArbMap.Default.GeneratorFor<bool>()
        from retain in ArbMap.Default.GeneratorFor<bool>()
        from packetId in Gen.Choose(1, 65_535)
        from five in ArbMap.Default.GeneratorFor<bool>()
        where TopicRules.IsName(topic.Get)
        select new Sent(topic.Get, payload, atLeastOnce, retain, (ushort)packetId, five));

    [Fact]
    public void What_PUBLISH_encodes_is_what_it_decodes() => Prop.ForAll(Publications(), sent =>
    {
        MqttProtocol protocol = sent.Five ? MqttProtocol.V5 : MqttProtocol.V311;
        using CodecBench bench = new(protocol);
        bool well = bench.Read(Encode(sent, protocol)) is null;
        (MqttMessage message, byte[] payload) = bench.Messages.SingleOrDefault();
        return well && message.Topic == sent.Topic && payload.AsSpan().SequenceEqual(sent.Payload) && message.Retain == sent.Retain
            && message.PacketId == (sent.AtLeastOnce ? sent.PacketId : 0) && message.Qos == (sent.AtLeastOnce ? MqttQos.AtLeastOnce : MqttQos.AtMostOnce);
    }).Check(Config.QuickThrowOnFailure.WithMaxTest(1000));

    [Fact]
    public void However_the_stream_is_cut_the_same_messages_come_out() => Prop.ForAll(Publications().Generator.ArrayOf().ToArbitrary(), Gen.Choose(1, 40).ToArbitrary(), (sent, piece) =>
    {
        byte[] stream = [.. sent.SelectMany(s => Encode(s with { Five = true }, MqttProtocol.V5))];
        using CodecBench bench = new(MqttProtocol.V5);
        bool well = stream.Chunk(piece).All(part => bench.Read(part) is null);
        return well && bench.Messages.Select(m => m.Message.Topic).SequenceEqual(sent.Select(s => s.Topic))
            && bench.Messages.Zip(sent).All(pair => pair.First.Payload.AsSpan().SequenceEqual(pair.Second.Payload));
    }).Check(Config.QuickThrowOnFailure.WithMaxTest(200));

    [Fact]
    public void Every_length_comes_back() => Prop.ForAll(Gen.Choose(0, 268_435_455).ToArbitrary(), value =>
    {
        ArrayBufferWriter<byte> written = new();
        written.VariableByteInteger(value);
        PacketReader reader = new(written.WrittenSpan);
        return reader.VariableByteInteger() == value && reader.End() == ReasonCode.Success;
    }).Check(Config.QuickThrowOnFailure.WithMaxTest(2000));

    [Fact]
    public void Every_acknowledgement_comes_back() => Prop.ForAll(Gen.Choose(1, 65_535).ToArbitrary(), Gen.Elements(PacketType.PubAck, PacketType.PubRel).ToArbitrary(), Gen.Elements(0, 0x92).ToArbitrary(), (packetId, type, code) =>
    {
        ArrayBufferWriter<byte> written = new();
        PacketWriter.Acknowledge(written, type, (ushort)packetId, (ReasonCode)code, MqttProtocol.V5);
        Frame.TryRead(written.WrittenSpan, out Frame frame);
        ReasonCode error = AcknowledgePacket.TryDecode(frame.Type, frame.Flags, written.WrittenSpan[frame.HeaderLength..], MqttProtocol.V5, out AcknowledgePacket packet);
        return error == ReasonCode.Success && packet == new AcknowledgePacket((ushort)packetId, (byte)code) && frame.Type == type;
    }).QuickCheckThrowOnFailure();

    private static byte[] Encode(Sent sent, MqttProtocol protocol)
    {
        ArrayBufferWriter<byte> written = new();
        PacketWriter.Publish(written, sent.Topic, sent.Payload, sent.AtLeastOnce ? MqttQos.AtLeastOnce : MqttQos.AtMostOnce, sent.Retain, sent.PacketId, protocol);
        return written.WrittenSpan.ToArray();
    }
}
