import type { Call } from '../http.ts'
import { readSetting, type SettingValue } from '../models/setting.ts'

/** A setting of the server that is asked. */
export const setting = (call: Call, key: string): Promise<SettingValue> => readSetting(call.session, call.version, key)

/** The same as text. */
export const text = async (call: Call, key: string): Promise<string> => String((await setting(call, key)) ?? '')
