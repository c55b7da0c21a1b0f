using System.Numerics;

namespace SmartCourtyard.Gateway.Devices;

/// <summary>Finds a field by the bytes of its name, without making a string of them.</summary>
internal sealed class FieldTable
{
    private readonly Field?[] _slots;
    private readonly uint _mask;

    /// <summary>Of two fields with one name the later stands.</summary>
    public FieldTable(IEnumerable<Field> fields)
    {
        Field[] all = [.. fields];
        _slots = new Field?[BitOperations.RoundUpToPowerOf2((uint)all.Length * 2)];
        _mask = (uint)_slots.Length - 1;
        foreach (Field field in all)
        {
            _slots[SlotOf(field.NameUtf8)] = field;
        }
    }

    /// <summary>This table with other readings of some of its fields.</summary>
    public FieldTable With(IEnumerable<Field> others) => new(_slots.OfType<Field>().Concat(others));

    public Field? Find(ReadOnlySpan<byte> name) => _slots[SlotOf(name)];

    private uint SlotOf(ReadOnlySpan<byte> name)
    {
        uint slot = Hash(name) & _mask;
        while (_slots[slot] is { } taken && !name.SequenceEqual(taken.NameUtf8))
        {
            slot = (slot + 1) & _mask;
        }
        return slot;
    }

    // FNV-1a: names are short, known and few.
    private static uint Hash(ReadOnlySpan<byte> name)
    {
        uint hash = 2_166_136_261;
        foreach (byte b in name)
        {
            hash = (hash ^ b) * 16_777_619;
        }
        return hash;
    }
}
