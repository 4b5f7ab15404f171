"""What can be wrong with bytes: they are not a recording, or they are not the bytes that were declared."""

from __future__ import annotations

REASONS: dict[str, str] = {
    "empty": "文件是空的（0 字节），没有可保存的内容。",
    "too_large": "文件超过允许的大小。",
    "digest_mismatch": "收到的内容与申报的 SHA-256 不一致，传输中可能有改变，请重新上传原始文件。",
    "unsupported": "不是可识别的录像、录音或照片。"
    "请上传设备导出的原始文件（录像 MP4、MOV、AVI、MKV；录音 M4A、MP3、WAV；照片 JPEG、PNG）。",
    "incomplete": "文件不完整，无法播放：缺少结尾或索引，请从设备重新导出原始文件。",
    "undecodable": "文件的画面或声音无法解码，可能已经损坏。",
    "no_content": "文件里没有画面，也没有声音。",
    "no_duration": "文件里没有可以计时的画面或声音。",
    "picture_too_large": "文件声明的画面尺寸超过允许的范围。",
    "foreign_content": "文件中夹带了其他类型的内容（压缩包、网页、程序或文档），不是设备导出的原始文件。",
    "too_costly": "读取这个文件耗费的时间或内存超过允许的范围。",
    "no_room": "存储空间不足，文件没有保存。请联系系统管理人员，腾出空间后重新上传。",
    "not_derived": "无法从该文件生成封面或波形图。",
}
"""Every reason for which bytes are refused, with the sentence that people read."""


class MediaRefused(Exception):
    """The bytes are wrong. `reason` is a key of `REASONS`, `zh` its sentence, `detail` a technical hint for the log
    (never a file name).
    """

    def __init__(self, reason: str, detail: str = "") -> None:
        self.zh = REASONS[reason]
        super().__init__(f"{reason}: {detail}" if detail else reason)
        self.reason = reason
        self.detail = detail


class NotStored(Exception):
    """The store has no object under this key."""

    def __init__(self, key: str) -> None:
        super().__init__(f"no object {key[:80]!r}")
        self.key = key


class StoreDamaged(Exception):
    """The store holds, under this key, other bytes than it took in: an alarm, never something a user did wrong."""

    def __init__(self, key: str) -> None:
        super().__init__(f"object {key} does not hold the bytes it was sealed with")
        self.key = key


class StoreUnfit(Exception):
    """The folder cannot keep recordings: not writable, without hard links, or inside a folder that is served."""
